import { join } from "node:path";
import { z } from "zod";
import { readIfExists, writeFileAtomically } from "./files.js";

const schema = z.object({
  /** URL of the engine; empty: this machine's own. */
  host: z.string(),
  /** Id that the engine gave itself; empty: not known. */
  engine: z.string().default(""),
  /** Name of the deployment. */
  name: z.string().default(""),
  /** Label of everything that it has on the host; empty: not known. */
  owner: z.string().default(""),
  /** Names of the secrets that were handed on. */
  secrets: z.array(z.string()),
  /** Where the server of the last proof keeps its data. */
  places: z
    .object({ data: z.string().optional(), database: z.string(), artifacts: z.string() })
    .optional(),
  /** Revisions of the secrets of the last proof, by name. */
  revisions: z.record(z.string(), z.string()).default({}),
});

/** Where a stack was deployed to last, and with which secrets. */
export type Deployed = z.output<typeof schema>;

/** What was true when the deployment was last proven to work. */
export type Proven = Pick<Deployed, "places" | "revisions">;

export const deployedFile = (out: string): string => join(out, "deployed.json");

/** The last deploy that went as far as changing something. */
export function readDeployed(out: string): Deployed | undefined {
  const text = readIfExists(deployedFile(out));
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Called right before the first resource is made. What the last proof has left stays. */
export function writeDeployed(
  out: string,
  deployed: Omit<z.input<typeof schema>, keyof Proven>,
): void {
  write(out, { ...readDeployed(out), ...deployed });
}

/** Called when the deployment works. */
export function writeProven(out: string, proven: Proven): void {
  const deployed = readDeployed(out);
  if (deployed) write(out, { ...deployed, ...proven });
}

function write(out: string, deployed: z.input<typeof schema>): void {
  const text = `${JSON.stringify(deployed, undefined, 2)}\n`;
  if (text !== readIfExists(deployedFile(out))) {
    writeFileAtomically(deployedFile(out), text, 0o600);
  }
}

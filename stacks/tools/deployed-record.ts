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
  /** Names of the secrets that were handed on. */
  secrets: z.array(z.string()),
});

/** Where a stack was deployed to last, and with which secrets. */
export type Deployed = z.output<typeof schema>;

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

/** Called right before the first resource is made. */
export function writeDeployed(out: string, deployed: Deployed): void {
  writeFileAtomically(deployedFile(out), `${JSON.stringify(deployed, undefined, 2)}\n`, 0o600);
}

/** URL of the host of the last deploy; undefined: none, or this machine's own engine. */
export function deployedHost(out: string): string | undefined {
  const host = readDeployed(out)?.host;
  return host === "" ? undefined : host;
}

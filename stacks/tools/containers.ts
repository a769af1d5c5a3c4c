import { compose, parseJson, whyFailed, type Ran } from "./docker.js";

/** One container of the folder, jobs that ended included. */
export interface ContainerState {
  readonly service: string;
  readonly id: string;
  /** `running`, `exited`, `created`, `restarting`, … */
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting` or empty. */
  readonly health: string;
  readonly exitCode: number;
  /** `Up 3 minutes (healthy)`. */
  readonly status: string;
  /** `127.0.0.1:5000`, as published on the host. */
  readonly published: readonly string[];
}

/** The folder's containers; none where Docker does not answer. */
export async function containerStates(out: string): Promise<readonly ContainerState[]> {
  return parseStates((await listContainers(out)).stdout);
}

/** @throws {Error} where Docker does not answer, so that "nothing runs" is true */
export async function requireContainerStates(out: string): Promise<readonly ContainerState[]> {
  const ran = await listContainers(out);
  if (ran.exitCode !== 0) throw new Error(`docker compose ps failed: ${whyFailed(ran)}`);
  return parseStates(ran.stdout);
}

const listContainers = (out: string): Promise<Ran> =>
  compose(out, ["ps", "--all", "--format", "json"], { timeout: 20_000 });

function parseStates(stdout: string): readonly ContainerState[] {
  // One object a line; releases before 2.21 wrote one array.
  const rows = stdout.trim().startsWith("[")
    ? (JSON.parse(stdout) as Record<string, unknown>[])
    : stdout.split("\n").flatMap((line): Record<string, unknown>[] => {
        const row = parseJson(line);
        return row ? [row] : [];
      });
  return rows.map((row) => ({
    service: String(row["Service"]),
    id: String(row["ID"]),
    state: String(row["State"]),
    health: String(row["Health"] ?? ""),
    exitCode: Number(row["ExitCode"] ?? 0),
    status: String(row["Status"] ?? ""),
    published: ((row["Publishers"] ?? []) as { URL: string; PublishedPort: number }[]).map(
      ({ URL: address, PublishedPort: port }) => `${address}:${port}`,
    ),
  }));
}

import { execa } from "execa";
import { readFileSync } from "node:fs";

const idleSeconds = 30;

export interface Round {
  /** `up --detach --wait` with the images present and no volumes. */
  readonly seconds: number;
  /** The same on the volumes that leaves. */
  readonly restart: number;
  /** Proportional set size of each service's processes, at rest. */
  readonly mib: Readonly<Record<string, number>>;
  readonly processes: Readonly<Record<string, number>>;
}

export type Compose = (words: readonly string[]) => Promise<string>;

/** @param words - of `docker compose` that name the project and its files */
export const composeOf =
  (project: readonly string[]): Compose =>
  async (words) =>
    (await execa("docker", ["compose", ...project, ...words])).stdout;

async function processes(id: string): Promise<readonly string[]> {
  const { stdout } = await execa("docker", ["top", id, "-o", "pid"]);
  return stdout
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

const pssMiB = (pid: string): number => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
};

async function up(compose: Compose): Promise<number> {
  const before = performance.now();
  await compose(["up", "--detach", "--wait"]);
  return (performance.now() - before) / 1000;
}

/** One fresh stack from nothing to nothing. */
export async function measure(compose: Compose, services: readonly string[]): Promise<Round> {
  const seconds = await up(compose);
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
  const mib: Record<string, number> = {};
  const counts: Record<string, number> = {};
  for (const service of services) {
    const pids = await processes((await compose(["ps", "--quiet", service])).trim());
    mib[service] = pids.map(pssMiB).reduce((sum, value) => sum + value, 0);
    counts[service] = pids.length;
  }
  await compose(["down"]);
  const restart = await up(compose);
  await compose(["down", "--volumes"]);
  return { seconds, restart, mib, processes: counts };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export async function imageMB(image: string): Promise<number> {
  const { stdout } = await execa("docker", ["image", "inspect", "--format", "{{.Size}}", image]);
  return Number(stdout) / 1e6;
}

/** Prints medians. @returns all memory in MiB and seconds to the first healthy state */
export function printRounds(rounds: readonly Round[]): { total: number; start: number } {
  const services = Object.keys(rounds[0]?.mib ?? {});
  let total = 0;
  for (const service of services) {
    const mib = median(rounds.map((round) => round.mib[service] ?? 0));
    const count = median(rounds.map((round) => round.processes[service] ?? 0));
    total += mib;
    console.log(`${service.padEnd(24)} ${mib.toFixed(0)} MiB in ${count} processes`);
  }
  const start = median(rounds.map(({ seconds }) => seconds));
  console.log(`all together, at rest    ${total.toFixed(0)} MiB PSS`);
  console.log(`first start to healthy   ${start.toFixed(1)} s`);
  console.log(`later start to healthy   ${median(rounds.map((r) => r.restart)).toFixed(1)} s`);
  return { total, start };
}

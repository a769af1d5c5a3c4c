// npm run bench:footprint: size, memory and start time of remote-server on this machine, as the
// README quotes them. Needs Docker; reads PSS from /proc, so Linux and root. Three fresh stacks.
import { execa } from "execa";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const rounds = 3;
const limits = { imageMB: 450, memoryMiB: 600, startSeconds: 17 };
const idleSeconds = 30;

const scratch = mkdtempSync(join(tmpdir(), "mlstack-footprint-"));
const name = `mlstack-footprint-${process.pid}`;

const compose = (words: readonly string[]) =>
  execa("docker", ["compose", "--project-directory", scratch, ...words]);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Proportional set size of every process of a container, in MiB. */
async function memory(id: string): Promise<number> {
  const { stdout } = await execa("docker", ["top", id, "-o", "pid"]);
  const pids = stdout
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
  const kib = pids.map((pid) =>
    Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0),
  );
  return kib.reduce((sum, value) => sum + value, 0) / 1024;
}

async function round(): Promise<{ seconds: number; restart: number; mib: Record<string, number> }> {
  const up = async () => {
    const before = performance.now();
    await compose(["up", "--detach", "--wait"]);
    return (performance.now() - before) / 1000;
  };
  const seconds = await up();
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
  const mib: Record<string, number> = {};
  for (const role of ["tracking-server", "backend-store", "artifact-store"]) {
    mib[role] = await memory((await compose(["ps", "--quiet", role])).stdout.trim());
  }
  await compose(["down"]);
  const restart = await up();
  await compose(["down", "--volumes"]);
  return { seconds, restart, mib };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

try {
  const words = ["generate", "remote-server", "--out", scratch, "--name", name];
  await execa(process.execPath, ["dist/mlstack.mjs", ...words, "--port", String(await freePort())]);
  await compose(["build", "--quiet", "tracking-server"]);
  const { stdout: image } = await compose(["config", "--images", "tracking-server"]);
  const tag = image.split("\n").find((line) => line.startsWith("mlflow-stacks/")) ?? "";
  const { stdout: size } = await execa("docker", [
    "image",
    "inspect",
    "--format",
    "{{.Size}}",
    tag,
  ]);
  const results: Awaited<ReturnType<typeof round>>[] = [];
  for (let index = 0; index < rounds; index++) results.push(await round());
  const mib = Object.keys(results[0]?.mib ?? {}).map(
    (role) => [role, median(results.map((result) => result.mib[role] ?? 0))] as const,
  );
  const total = mib.reduce((sum, [, value]) => sum + value, 0);
  const start = median(results.map(({ seconds }) => seconds));
  const imageMB = Number(size) / 1e6;
  console.log(`image                    ${imageMB.toFixed(0)} MB (limit ${limits.imageMB})`);
  for (const [role, value] of mib) console.log(`${role.padEnd(24)} ${value.toFixed(0)} MiB`);
  console.log(`all together, idle       ${total.toFixed(0)} MiB PSS (limit ${limits.memoryMiB})`);
  console.log(`first start to healthy   ${start.toFixed(1)} s (limit ${limits.startSeconds})`);
  console.log(
    `later start to healthy   ${median(results.map(({ restart }) => restart)).toFixed(1)} s`,
  );
  const kept =
    imageMB <= limits.imageMB && total <= limits.memoryMiB && start <= limits.startSeconds;
  process.exitCode = kept ? 0 : 1;
} finally {
  await compose(["down", "--volumes", "--timeout", "5"]).catch(() => undefined);
  rmSync(scratch, { recursive: true, force: true });
}

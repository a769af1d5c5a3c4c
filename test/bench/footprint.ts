// npm run bench:footprint [-- --baseline]: size, memory and start time of remote-server on this
// machine, as the README quotes them; with --baseline also of test/bench/baseline. Needs Docker, and
// Linux and root to read PSS from /proc. Three fresh stacks each.
import { execa } from "execa";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeOf, imageMB, measure, printRounds, type Compose, type Round } from "./measure.js";

const rounds = 3;
const limits = { imageMB: 450, memoryMiB: 600, startSeconds: 17 };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function measureAll(compose: Compose, services: readonly string[]): Promise<Round[]> {
  const results: Round[] = [];
  try {
    for (let index = 0; index < rounds; index++) results.push(await measure(compose, services));
  } finally {
    await compose(["down", "--volumes", "--timeout", "5"]).catch(() => undefined);
  }
  return results;
}

async function measureOurs(): Promise<boolean> {
  const scratch = mkdtempSync(join(tmpdir(), "mlstack-footprint-"));
  const name = `mlstack-footprint-${process.pid}`;
  try {
    const words = ["generate", "remote-server", "--out", scratch, "--name", name];
    const port = String(await freePort());
    await execa(process.execPath, ["dist/mlstack.mjs", ...words, "--port", port]);
    const compose = composeOf(["--project-directory", scratch]);
    await compose(["build", "--quiet", "tracking-server"]);
    const images = (await compose(["config", "--images"])).split("\n");
    const size = await imageMB(images.find((line) => line.startsWith("mlflow-stacks/")) ?? "");
    const services = ["tracking-server", "backend-store", "artifact-store"];
    console.log(`\nmlflow-stacks, remote-server, profile n100; median of ${rounds}`);
    console.log(`image                    ${size.toFixed(0)} MB`);
    const { total, start } = printRounds(await measureAll(compose, services));
    console.log(
      `limits                   ${limits.imageMB} MB, ${limits.memoryMiB} MiB, ${limits.startSeconds} s`,
    );
    return size <= limits.imageMB && total <= limits.memoryMiB && start <= limits.startSeconds;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureBaseline(): Promise<void> {
  const project = `mlstack-baseline-${process.pid}`;
  const directory = join("test", "bench", "baseline");
  const compose = composeOf(["--project-name", project, "--project-directory", directory]);
  await compose(["build", "--quiet"]);
  console.log(`\nmlflow server at its defaults; median of ${rounds}`);
  console.log(
    `image                    ${(await imageMB("mlflow-stacks-bench/baseline:3.17.2")).toFixed(0)} MB`,
  );
  printRounds(await measureAll(compose, ["mlflow", "postgres", "storage"]));
}

process.exitCode = (await measureOurs()) ? 0 : 1;
if (process.argv.includes("--baseline")) await measureBaseline();

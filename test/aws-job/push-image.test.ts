import { CreateRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMoto, type Moto } from "../helpers/aws/moto.js";
import { waitUntil } from "../helpers/e2e/running-stack.js";
import { jobProgram } from "./job.js";

const program = jobProgram();
let moto: Moto;

beforeAll(async () => {
  moto = await startMoto();
  const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
  const ecr = new ECRClient({ endpoint: moto.endpoint, region: "eu-central-1", credentials });
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "lab/server" }));
}, 120_000);
afterAll(() => moto.stop());

/** A `docker` whose `push` never ends, in a folder of its own. */
function endlessDocker(): { readonly bin: string; readonly pushing: string } {
  const bin = join(program.folder, "bin");
  const pushing = join(program.folder, "pushing");
  mkdirSync(bin);
  const lines = [
    "#!/bin/sh",
    '[ "$1" = version ] && echo linux/amd64',
    `[ "$1" = push ] && touch ${pushing} && exec sleep 60`,
    "exit 0",
  ];
  writeFileSync(join(bin, "docker"), lines.join("\n"));
  chmodSync(join(bin, "docker"), 0o755);
  return { bin, pushing };
}

test("a push that is ended in the middle leaves no login", async () => {
  const { bin, pushing } = endlessDocker();
  const scratch = join(program.folder, "tmp");
  mkdirSync(scratch);
  const input = {
    region: "eu-central-1",
    repository: "registry.lan/lab/server",
    tag: "1",
    context: ".",
    platform: "linux/amd64",
  };
  const path = [bin, dirname(process.execPath), "/usr/bin", "/bin"].join(":");
  const environment = { ...moto.environment, TMPDIR: scratch, PATH: path };
  const killer = new AbortController();
  const ran = program.run("push-image", input, environment, killer.signal, "SIGTERM");
  await waitUntil("the push", 30, async () => existsSync(pushing));
  const [folder = ""] = readdirSync(scratch);
  expect(readdirSync(join(scratch, folder))).toContain("config.json");
  killer.abort();
  expect((await ran).exitCode).toBe(1);
  expect(readdirSync(scratch)).toStrictEqual([]);
});

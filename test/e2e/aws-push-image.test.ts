import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  ECRClient,
  PutImageCommand,
} from "@aws-sdk/client-ecr";
import { execa } from "execa";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobProgram, type JobRan } from "../aws-job/job.js";
import { startMoto, type Moto } from "../helpers/aws/moto.js";
import { missingRegistry, startRegistry, type Registry } from "../helpers/aws/registry.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { describeWhere } from "../helpers/requirement.js";

const name = "lab/tracking-server";
const tag = "3.17.2-0123456789ab";
const missing = missingRegistry();
const requirement = { missing, needs: "docker-registry", note: `push to a registry: ${missing}` };

describeWithDocker("the image of AWS", () => {
  describeWhere("pushed to a registry", requirement, pushing);
});

function pushing(): void {
  const program = jobProgram();
  const scratch = join(program.folder, "tmp");
  const own = join(program.folder, ".docker");
  const userConfig = '{"auths":{"registry.lan":{"auth":"bWU6aHVudGVyMg=="}}}';
  let moto: Moto;
  let registry: Registry;
  let ecr: ECRClient;
  let platform = "";

  beforeAll(async () => {
    [moto, registry] = await Promise.all([startMoto(), startRegistry()]);
    const { endpoint } = moto;
    const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
    ecr = new ECRClient({ endpoint, region: "eu-central-1", credentials });
    await ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
    const format = "{{.Server.Os}}/{{.Server.Arch}}";
    platform = (await execa("docker", ["version", "--format", format])).stdout;
    for (const folder of [scratch, own, join(program.folder, "context")]) mkdirSync(folder);
    writeFileSync(join(own, "config.json"), userConfig);
    writeFileSync(
      join(program.folder, "context", "Dockerfile"),
      "FROM scratch\nARG PIP_INDEX_URL\nCOPY Dockerfile /\n",
    );
  });
  afterAll(async () => {
    await execa("docker", ["image", "rm", `${registry.host}/${name}:${tag}`], { reject: false });
    await registry.stop();
    await moto.stop();
  });

  const push = (more: object = {}, environment: object = {}): Promise<JobRan> => {
    const repository = `${registry.host}/${name}`;
    const input = { region: "eu-central-1", repository, tag, context: "context", platform };
    const all = { ...moto.environment, TMPDIR: scratch, ...environment };
    return program.run("push-image", { ...input, ...more }, all);
  };

  test("is built, and pushed with a login that leaves nothing", async () => {
    const { exitCode, all } = await push(
      {},
      { PIP_INDEX_URL: "https://me:hunter2@pypi.lan/simple" },
    );
    expect(all).toContain(`${registry.host}/${name}:${tag} is pushed`);
    expect(exitCode).toBe(0);
    expect(await registry.manifest(name, tag)).toContain("schemaVersion");
    expect(all).not.toContain(registry.login);
    expect(all).not.toContain("hunter2");
    expect(readdirSync(scratch)).toStrictEqual([]);
    expect(readFileSync(join(own, "config.json"), "utf8")).toBe(userConfig);
  });

  test("is left alone when its tag is there", async () => {
    // moto does not see what a registry has: this stands for what ECR is told by the push.
    const imageManifest = (await registry.manifest(name, tag)) ?? "";
    const put = { repositoryName: name, imageTag: tag, imageManifest };
    await ecr.send(new PutImageCommand(put));
    const { exitCode, all } = await push({}, { PATH: "/nonexistent:" + nodeFolder() });
    expect(all).toContain("is there already");
    expect(exitCode).toBe(0);
    const images = { repositoryName: name, imageIds: [{ imageTag: tag }] };
    await ecr.send(new BatchDeleteImageCommand(images));
  });

  test("is refused for a platform that the engine can't build, with both ways out", async () => {
    const bin = fakeDocker("linux/s390x");
    const { exitCode, all } = await push({}, { PATH: `${bin}:${process.env["PATH"]}` });
    expect(exitCode).toBe(2);
    expect(all).toContain(
      "target.architecture (--architecture): must be one that an image can be built for here",
    );
    expect(all).toContain("tonistiigi/binfmt --install");
    expect(all).toContain('use target.architecture "');
  });

  test("fails where a login is refused, and leaves nothing", async () => {
    const { exitCode, all } = await push({ repository: "127.0.0.1:9/lab/tracking-server" });
    expect(exitCode).toBe(1);
    expect(all).toMatch(/login to 127\.0\.0\.1:9 failed: /);
    expect(readdirSync(scratch)).toStrictEqual([]);
    await execa("docker", ["image", "rm", `127.0.0.1:9/${name}:${tag}`], { reject: false });
  });

  test("needs an engine that answers", async () => {
    const { exitCode, all } = await push({}, { DOCKER_HOST: "unix:///nonexistent.sock" });
    expect(exitCode).toBe(2);
    expect(all).toMatch(/^docker: must answer, because the server's image is built where/);
  });

  const nodeFolder = (): string => {
    const bin = join(program.folder, "node-only");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "node"), `#!/bin/sh\nexec ${process.execPath} "$@"\n`);
    chmodSync(join(bin, "node"), 0o755);
    return bin;
  };

  /** The real `docker`, but for its engine's word on what machine it is. */
  const fakeDocker = (own: string): string => {
    const bin = join(program.folder, "other-machine");
    mkdirSync(bin, { recursive: true });
    const lines = [
      "#!/bin/sh",
      `[ "$1" = version ] && echo ${own} && exit`,
      `[ "$1 $2" = "buildx inspect" ] && echo "Platforms: ${own}" && exit`,
      "exit 9",
    ];
    writeFileSync(join(bin, "docker"), lines.join("\n"));
    chmodSync(join(bin, "docker"), 0o755);
    return bin;
  };
}

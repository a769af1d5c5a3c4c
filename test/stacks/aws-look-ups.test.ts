import { CreateRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { requireFreeName } from "../../stacks/aws/free-name.js";
import { imageBuilderNote, requireImageBuilder } from "../../stacks/aws/image-builder.js";
import type { AwsChange } from "../../stacks/aws/plan-words.js";
import { readSecret } from "../../stacks/aws/read-secret.js";
import { readAwsSettings } from "../../stacks/aws/settings.js";
import { startMoto, type Moto } from "../helpers/aws/moto.js";
import { startMotoProxy, type MotoProxy } from "../helpers/aws/moto-proxy.js";

const out = mkdtempSync(join(tmpdir(), "mlstack-aws-looks-"));
const region = "eu-central-1";
const settings = readAwsSettings({ out, region, bucket: "team-models", name: "team" });
let moto: Moto;
let proxy: MotoProxy;

beforeAll(async () => {
  moto = await startMoto();
  proxy = await startMotoProxy(moto);
  for (const [name, value] of Object.entries(proxy.environment)) vi.stubEnv(name, value);
}, 120_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  proxy?.stop();
  await moto?.stop();
  rmSync(out, { recursive: true, force: true });
});

const push: AwsChange = {
  address: "terraform_data.push",
  part: "image",
  what: "job push",
  action: "create",
  interrupts: false,
  details: [],
};

test("a first deploy looks for what builds the image, although no repository is there yet", async () => {
  vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:9");
  await expect(requireImageBuilder([push], settings, "1-abc")).rejects.toThrow(
    /^docker: must answer, because the server's image is built where you deploy from: /,
  );
  expect(await imageBuilderNote([push], settings, "1-abc")).toMatch(
    /^To deploy from here: docker: must answer/,
  );
  expect(await imageBuilderNote([], settings, "1-abc")).toBeUndefined();
});

test("a secret that is not there is AWS's answer", async () => {
  await expect(readSecret("none", region)).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("a name that nobody uses is free, and one that another state made is not", async () => {
  await requireFreeName(undefined, settings);
  await new RDSClient({ region }).send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: "team",
      DBInstanceClass: "db.t4g.micro",
      Engine: "postgres",
      AllocatedStorage: 20,
      MasterUsername: "mlflow",
      MasterUserPassword: "not-a-secret",
    }),
  );
  await new ECRClient({ region }).send(
    new CreateRepositoryCommand({ repositoryName: "team/tracking-server" }),
  );
  await expect(requireFreeName({ resources: [] }, settings)).rejects.toThrow(
    /^MLSTACK_NAME: "team" is used in eu-central-1 already \(database team, image repository team\/tracking-server\), .*use --name/,
  );
  const made = { address: "aws_vpc.x", mode: "managed", type: "aws_vpc", name: "x" };
  await requireFreeName({ resources: [{ ...made, values: {}, tainted: false }] }, settings);
});

test("who may not look is not refused", async () => {
  proxy.clear({ instead: () => ({ status: 403, body: { __type: "AccessDeniedException" } }) });
  await requireFreeName(undefined, settings);
  await requireImageBuilder([push], settings, "1-abc");
}, 120_000);

import {
  DeleteBucketPolicyCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Testing, TerraformStack } from "cdktf";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { addBackend } from "../../stacks/terraform/add-backend.js";
import { parseStateBackend } from "../../stacks/terraform/state-backend.js";
import { startMoto, type Moto } from "../helpers/aws/moto.js";
import { waitUntil } from "../helpers/e2e/running-stack.js";
import { describeWithTerraform, running, terraformIn } from "../helpers/terraform.js";
import { builtCommand, valuesOf } from "../stacks/command.js";

const command = builtCommand();
const scratch = mkdtempSync(join(tmpdir(), "mlstack-lock-"));
let moto: Moto;
let s3: S3Client;
let place: string;

beforeAll(async () => {
  moto = await startMoto();
  for (const [name, value] of Object.entries(moto.environment)) vi.stubEnv(name, value);
  s3 = new S3Client({ region: "eu-central-1" });
  const cwd = command.folder();
  const { stderr } = await command.run(["bootstrap", "aws", "--yes"], {
    cwd,
    env: moto.environment,
  });
  expect(stderr).toBe("");
  place = valuesOf(join(cwd, "mlflow", "aws", "mlstack.env"))["MLSTACK_STATE"] ?? "";
  // moto reads no conditions, and denies everybody everything by "TLS only".
  const [, Bucket] = /^s3:\/\/([^/]+)/.exec(place) ?? [];
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
}, 120_000);
afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await moto.stop();
});

/** A folder with a stack whose state is where `bootstrap` has said, under a key of its own. */
function stackAt(key: string, resources: object): { directory: string; bucket: string } {
  const state = parseStateBackend(place);
  if (state.kind !== "s3") throw new Error(`no bucket in ${place}`);
  const stack = new TerraformStack(Testing.app(), "aws");
  addBackend(stack, { ...state, key }, "");
  stack.addOverride("resource.terraform_data", resources);
  const directory = mkdtempSync(join(scratch, "stack-"));
  writeFileSync(join(directory, "cdk.tf.json"), Testing.synth(stack));
  return { directory, bucket: state.bucket };
}

const objectsAt = async (bucket: string, Prefix: string) => {
  const answer = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix }));
  return answer.Versions?.map(({ Key }) => Key) ?? [];
};

describeWithTerraform("a state in the bucket that bootstrap makes", (program) => {
  const key = `${program}.tfstate`;

  test("is written, encrypted, and read again, each version kept", async () => {
    const { directory, bucket } = stackAt(key, { one: { input: "1" } });
    const terraform = await terraformIn(directory, program);
    await terraform.init();
    await terraform.apply((await terraform.plan({ out: "plan" })).file);
    expect((await terraform.plan({ out: "plan" })).changes).toStrictEqual([]);
    const state = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    expect(state.ServerSideEncryption).toBe("AES256");
    expect(await state.Body?.transformToString()).toContain("terraform_data");
    const again = stackAt(key, { one: { input: "2" } });
    const second = await terraformIn(again.directory, program);
    await second.init();
    await second.apply((await second.plan({ out: "plan" })).file);
    const versions = await objectsAt(bucket, key);
    expect(versions.filter((name) => name === key)).toHaveLength(2);
  });

  test("is locked by the one of two who comes first, and let go", async () => {
    const locked = `${program}-locked.tfstate`;
    const go = join(scratch, `go-${program}`);
    const wait = `for i in $(seq 300); do [ -e ${go} ] && exit 0; sleep 0.1; done; exit 1`;
    const { directory, bucket } = stackAt(locked, { one: running(wait) });
    const first = await terraformIn(directory, program);
    await first.init();
    const plan = await first.plan({ out: "plan" });
    const applied = first.apply(plan.file);
    const isLocked = async () => (await objectsAt(bucket, locked)).includes(`${locked}.tflock`);
    await waitUntil("a lock", 20, isLocked);
    const other = stackAt(locked, { one: running(wait) });
    const second = await terraformIn(other.directory, program);
    await second.init();
    const refused = second.plan({ out: "plan" });
    await expect(refused).rejects.toThrow(/the state is locked[^]*held by .* for apply/);
    writeFileSync(go, "");
    expect((await applied).summary.add).toBe(1);
    expect((await second.plan({ out: "plan" })).changes).toStrictEqual([]);
    rmSync(go);
  });
});

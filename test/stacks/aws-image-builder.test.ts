import { TerraformResource } from "cdktf";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { TrackingServerImage } from "../../constructs/aws/tracking-server-image.js";
import { pushesImage } from "../../stacks/aws/image-builder.js";
import { awsNames } from "../../stacks/aws/resource-names.js";
import { readAwsSettings } from "../../stacks/aws/settings.js";
import { synthesiseAws } from "../../stacks/aws/synth.js";

const out = mkdtempSync(join(tmpdir(), "mlstack-aws-image-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const synthesised = (shape: string) =>
  synthesiseAws(readAwsSettings({ out, region: "eu-central-1", bucket: "team-models", shape }));

test("of all of a deployment one job builds an image here, and it is found", () => {
  const { stack } = synthesised("managed");
  const names = awsNames(stack);
  const resources = stack.node
    .findAll()
    .filter((node) => TerraformResource.isTerraformResource(node))
    .map((node) => `${node.terraformResourceType}.${node.friendlyUniqueId}`);
  const pushing = (action: "create" | "replace" | "delete" | "update") =>
    resources.filter((address) =>
      pushesImage([{ address, action, ...names.partsOf(address), interrupts: false, details: [] }]),
    );
  expect(pushing("create")).toEqual([expect.stringMatching(/^terraform_data\..*image_push/)]);
  expect(pushing("replace")).toHaveLength(1);
  expect([...pushing("delete"), ...pushing("update")]).toEqual([]);
  expect(stack.node.findAll().filter((node) => node instanceof TrackingServerImage)).toHaveLength(
    1,
  );
});

test("an instance builds its own", () => {
  const { stack } = synthesised("host");
  expect(stack.node.findAll().some((node) => node instanceof TrackingServerImage)).toBe(false);
});

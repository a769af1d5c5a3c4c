import { expect, test } from "vitest";
import type { Architecture } from "../../constructs/aws/index.js";
import { mlflowVersion } from "../../constructs/mlflow/index.js";
import { releaseOf } from "../../stacks/aws-job/release.js";
import { awsProps, managedTarget } from "../helpers/aws/cases.js";
import { synthAwsProps } from "../helpers/aws/golden.js";
import { containersOf, jobInputs } from "./view.js";

/** What the push is told, and the images that the tasks name. */
function imagesOf(architecture: Architecture) {
  const file = synthAwsProps(awsProps(), managedTarget({ architecture }));
  const push = jobInputs(file).find(({ verb }) => verb === "push-image")?.input ?? {};
  const tag = String(push["tag"]);
  return { tag, platform: push["platform"], images: containersOf(file).map(imageOf) };
}

const imageOf = ({ container }: ReturnType<typeof containersOf>[number]) => container.image;

// A tag that is there is never pushed again: the task would get the other architecture's image.
test("an image of another architecture has another tag", () => {
  const [arm, intel] = [imagesOf("arm64"), imagesOf("x86_64")];
  expect([arm.platform, intel.platform]).toStrictEqual(["linux/arm64", "linux/amd64"]);
  expect(arm.tag).not.toBe(intel.tag);
});

test.each(["arm64", "x86_64"] as const)("the tag for %s tells MLflow's release", (architecture) => {
  const { tag, images } = imagesOf(architecture);
  expect(releaseOf(`registry/lab:${tag}`)).toBe(mlflowVersion);
  expect(images.length).toBeGreaterThan(0);
  for (const image of images) expect(image.endsWith(`:${tag}`)).toBe(true);
});

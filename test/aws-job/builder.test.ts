import { expect, test } from "vitest";
import { builderProblem, platformsIn } from "../../stacks/aws-job/builder.js";

test("the platforms of a builder are read from what it prints of itself", () => {
  const text = "Name:      default\nBuildKit:  v0.8\nPlatforms: linux/amd64*, linux/386\nGC: x";
  expect(platformsIn(text)).toStrictEqual(["linux/amd64", "linux/386"]);
  expect(platformsIn("")).toStrictEqual([""]);
});

test("an engine builds for itself, and for what it emulates", () => {
  const known = ["linux/amd64", "linux/arm64"];
  expect(builderProblem("linux/arm64", { own: "linux/arm64", known: undefined })).toBeUndefined();
  expect(builderProblem("linux/arm64", { own: "linux/amd64", known })).toBeUndefined();
});

test("without emulation both ways out are told", () => {
  const problem = builderProblem("linux/arm64", { own: "linux/amd64", known: ["linux/amd64"] });
  expect(problem).toStrictEqual({
    path: "target.architecture (--architecture)",
    problem:
      'must be one that an image can be built for here; linux/arm64 needs emulation, which this Docker (linux/amd64) has not; install it with "docker run --privileged --rm tonistiigi/binfmt --install arm64"; or use target.architecture "x86_64"',
  });
});

test("without buildx nobody can tell, and the same ways out are told", () => {
  const problem = builderProblem("linux/amd64", { own: "linux/arm64", known: undefined })?.problem;
  expect(problem).toContain("linux/amd64 needs docker buildx, which is not installed");
  expect(problem).toContain('or use target.architecture "arm64"');
});

import { describe, expect, test } from "vitest";
import { requireData } from "../../stacks/deploy/repair.js";
import { requireDataVolumes } from "../../stacks/stack/data-volumes.js";
import { lostWithState } from "../../stacks/stack/lost-data.js";

const [database, files] = ["lab_backend-store-data", "lab_artifact-store-data"];
const names = [database, files, "lab_tracking-server-tmp"];
const lost = (there: readonly string[], known: readonly string[] = []) =>
  lostWithState(
    { volumes: known.map((name) => ({ address: name, id: name, name })) },
    "lab",
    names,
    new Set(there),
  );

describe("data that is gone where the state is lost, too", () => {
  test("is none on a host without any of it, as before the very first deploy", () => {
    expect(lost([])).toEqual([]);
    expect(lost(["lab_tracking-server-tmp", "other_backend-store-data"])).toEqual([]);
  });

  test("is none where all of it is there", () => {
    expect(lost([database, files])).toEqual([]);
  });

  test("is none where the state knows other data: that of a new store begins empty", () => {
    expect(lost([database], [database])).toEqual([]);
  });

  test("is refused by name until it may begin empty", () => {
    const drift = lost([database]);
    expect(() => requireData(drift, new Set())).toThrow(
      "lab_artifact-store-data: volume artifact-store-data: lab_artifact-store-data is not there, and lab_backend-store-data of the same deployment is; restore the volume from a backup, or begin with an empty one: --new-volume lab_artifact-store-data",
    );
    expect(() => requireData(drift, new Set([files]))).not.toThrow();
  });
});

describe("a data volume that a flag names", () => {
  const ask = (...asked: readonly string[]) =>
    requireDataVolumes("--new-volume", asked, { name: "lab", volumes: names });

  test("is named as the stack or as the host calls it", () => {
    expect(ask()).toEqual(new Set());
    expect(ask("artifact-store-data", database)).toEqual(new Set([files, database]));
  });

  test("is one of this stack", () => {
    expect(() => ask("tracking-server-tmp", "other_backend-store-data")).toThrow(
      '--new-volume: must be a data volume of this stack; got "tracking-server-tmp"; it has "backend-store-data", "artifact-store-data"\n',
    );
  });
});

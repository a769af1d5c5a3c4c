import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { alone, LongestFirst } from "./test/helpers/e2e/lanes.js";

const aloneFiles = alone.map((name) => `test/e2e/${name}.test.ts`);

// Vitest alone would take one of two cores.
const lanes = Math.max(2, availableParallelism() - 1);

/** `unit` needs no engine; `e2e` runs real MLflow, two files at a time, and then one at a time. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/bench/**"],
          globalSetup: ["test/helpers/temporary-folder.ts"],
          maxWorkers: lanes,
          sequence: { groupOrder: 1 },
          // Some ask docker compose and dclint, which a busy machine starts slowly.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: aloneFiles,
          globalSetup: ["test/helpers/e2e/images.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 15 * 60_000,
          hookTimeout: 15 * 60_000,
        },
      },
      {
        test: {
          name: "e2e-alone",
          include: aloneFiles,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
          testTimeout: 15 * 60_000,
          hookTimeout: 15 * 60_000,
        },
      },
    ],
  },
});

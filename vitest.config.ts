import { defineConfig } from "vitest/config";

/** `unit` needs no engine; `e2e` runs real MLflow and takes the machine's ports, one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/bench/**"],
          globalSetup: ["test/helpers/temporary-folder.ts"],
          // Some ask docker compose and dclint, which a busy machine starts slowly.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 15 * 60_000,
          hookTimeout: 15 * 60_000,
        },
      },
    ],
  },
});

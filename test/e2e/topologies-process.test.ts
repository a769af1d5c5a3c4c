import { describe } from "vitest";
import { dataSurvives } from "../helpers/e2e/data-survives.js";
import { startProcessStack } from "../helpers/e2e/process-stack.js";

// The same store twice: the second time less is enough.
const cases = [
  { topology: "localhost-files", megabytes: 300 },
  { topology: "localhost-database", megabytes: 30 },
] as const;

for (const each of cases) {
  describe(`${each.topology} with runtime process`, () =>
    dataSurvives({
      ...each,
      runtime: "process",
      roles: ["tracking-server"],
      start: startProcessStack,
    }));
}

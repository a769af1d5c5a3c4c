import { describe } from "vitest";
import { dataSurvives, survivalCases } from "../helpers/e2e/data-survives.js";
import { startProcessStack } from "../helpers/e2e/process-stack.js";

// A server for several people needs Docker.
const cases = survivalCases.filter(({ topology }) => topology !== "remote-server");

for (const each of cases) {
  describe(`${each.topology} with runtime process`, () =>
    dataSurvives({
      ...each,
      runtime: "process",
      start: startProcessStack,
    }));
}

import { describeWithDocker } from "../helpers/e2e/engine.js";
import { dataSurvives } from "../helpers/e2e/data-survives.js";
import { startTerraformStack } from "../helpers/e2e/terraform-stack.js";

// The same store twice: the second time less is enough.
const cases = [
  { topology: "localhost-files", megabytes: 300, roles: ["tracking-server"] },
  { topology: "localhost-database", megabytes: 30, roles: ["tracking-server"] },
  {
    topology: "remote-server",
    megabytes: 300,
    roles: ["backend-store", "artifact-store", "tracking-server"],
  },
] as const;

for (const each of cases) {
  describeWithDocker(`${each.topology} with runtime terraform`, () =>
    dataSurvives({ ...each, runtime: "terraform", start: startTerraformStack }),
  );
}

import { describeWithDocker } from "../helpers/e2e/engine.js";
import { dataSurvives, survivalCases } from "../helpers/e2e/data-survives.js";
import { startTerraformStack } from "../helpers/e2e/terraform-stack.js";

for (const each of survivalCases) {
  describeWithDocker(`${each.topology} with runtime terraform`, () =>
    dataSurvives({ ...each, runtime: "terraform", start: startTerraformStack }),
  );
}

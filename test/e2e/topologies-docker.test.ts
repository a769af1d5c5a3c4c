import { describeWithDocker } from "../helpers/e2e/engine.js";
import { dataSurvives, survivalCases } from "../helpers/e2e/data-survives.js";
import { startDockerStack } from "../helpers/e2e/docker-stack.js";

for (const each of survivalCases) {
  describeWithDocker(`${each.topology} with runtime docker`, () =>
    dataSurvives({ ...each, runtime: "docker", start: startDockerStack }),
  );
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { formatEnvFile, renderComposeFolder } from "../../compose-templates/index.js";
import {
  planContainers,
  resolveDeployment,
  secretNames,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import { parseDotenv } from "../../env/dotenv.js";
import { dotenvValue } from "../helpers/arbitraries.js";
import { anyProps } from "../helpers/arbitrary-props.js";
import { shortAssets } from "../helpers/assets.js";

const deployments = anyProps.map(resolveDeployment);

test("rendering twice gives the same bytes", () => {
  const render = (props: MlflowDeploymentProps) =>
    JSON.stringify(renderComposeFolder(resolveDeployment(props), shortAssets()));
  fc.assert(
    fc.property(anyProps, (props) => {
      expect(render(structuredClone(props))).toBe(render(props));
    }),
  );
});

test("each container starts after all that it waits for", () => {
  fc.assert(
    fc.property(deployments, (deployment) => {
      const { containers } = planContainers(deployment);
      const order = containers.map(({ role }) => role);
      expect(new Set(order).size).toBe(order.length);
      containers.forEach(({ startAfter }, index) => {
        const earlier = order.slice(0, index);
        expect(earlier).toStrictEqual(expect.arrayContaining(startAfter.map(({ role }) => role)));
      });
    }),
  );
});

test("what a container waits to complete is a job, what it waits for otherwise is not", () => {
  fc.assert(
    fc.property(deployments, (deployment) => {
      const { containers } = planContainers(deployment);
      const jobs = new Map(containers.map(({ role, job }) => [role, job]));
      for (const { role, condition } of containers.flatMap(({ startAfter }) => startAfter)) {
        expect([role, jobs.get(role)]).toStrictEqual([role, condition === "completed"]);
      }
    }),
  );
});

test("no secret is in any generated text but .env", () => {
  fc.assert(
    fc.property(deployments, (deployment) => {
      const values = Object.fromEntries(secretNames.map((name) => [name, `CANARY-${name}`]));
      const text = JSON.stringify(renderComposeFolder(deployment, shortAssets()));
      expect(text).not.toContain("CANARY");
      const env = formatEnvFile(deployment.secrets, values, "1");
      expect(env.match(/CANARY/g) ?? []).toHaveLength(deployment.secrets.length);
    }),
  );
});

test("every secret of the deployment is handed to a container, and no other", () => {
  fc.assert(
    fc.property(deployments, (deployment) => {
      const { containers } = planContainers(deployment);
      const handed = new Set(containers.flatMap(({ secrets }) => secrets));
      expect(handed).toStrictEqual(new Set(deployment.secrets.map(({ name }) => name)));
    }),
  );
});

test("any secret that .env can hold comes back from it", () => {
  fc.assert(
    fc.property(deployments, dotenvValue, (deployment, value) => {
      const values = Object.fromEntries(deployment.secrets.map(({ name }) => [name, value]));
      const read = parseDotenv(formatEnvFile(deployment.secrets, values, "1"));
      expect(read.problems).toStrictEqual([]);
      expect(read.values).toMatchObject(values);
    }),
  );
});

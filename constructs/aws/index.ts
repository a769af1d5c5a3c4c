export { propsForAws, requireAwsDeployment } from "./aws-deployment.js";
export * from "./aws-target.js";
export type { HostFiles } from "./host.js";
export * from "./mlflow-deployment.js";
export { resolveAwsTarget } from "./resolve-aws-target.js";

export { propsForAws, requireAwsDeployment } from "./aws-deployment.js";
export * from "./aws-target.js";
export { hostDeployment, mayUseRds } from "./host-deployment.js";
export type { HostFiles } from "./host.js";
export { withCertificates } from "./image-context.js";
export * from "./mlflow-deployment.js";
export { resolveAwsTarget } from "./resolve-aws-target.js";
export { resolveForAws } from "./resolve-for-aws.js";
export type { AwsTransform } from "./transform.js";

export * from "./artifact-store.js";
export * from "./backend-store.js";
export * from "./container.js";
export { containerResolver } from "./container-resolver.js";
export * from "./deployment.js";
export * from "./env-value.js";
export * from "./errors.js";
export * from "./host-path.js";
export * from "./host-profile.js";
export * from "./plan.js";
export { dataDirectory } from "./plan-tracking-server.js";
export { allowedHosts } from "./public-url.js";
export { secretDirectory, secretsOf } from "./secret-volumes.js";
export * from "./secrets.js";
export * from "./target.js";
export * from "./topology.js";
export {
  containerPort,
  keepAliveSeconds,
  defaultPermissions,
  type DefaultPermission,
  type LoginProps,
  type TrackingServer,
  type TrackingServerProps,
} from "./tracking-server.js";
export * from "./versions.js";

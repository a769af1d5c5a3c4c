export * from "../constructs/image/build-context.js";
export * from "./client-env.js";
export * from "./compose-file.js";
export * from "./env-file.js";
export * from "./folder.js";
export * from "./types.js";
export { parseComposeFile } from "./yaml.js";

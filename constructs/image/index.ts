export * from "./build-context.js";
export * from "./folder.js";
export * from "./load.js";

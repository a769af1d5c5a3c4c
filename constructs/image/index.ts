export * from "./build-context.js";
export * from "./load.js";

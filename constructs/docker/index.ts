export * from "./host.js";
export * from "./mlflow-deployment.js";
export * from "./names.js";

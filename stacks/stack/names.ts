import { ConfigError, topologyNames } from "../../constructs/mlflow/index.js";

/** What Terraform makes, by the name people type. */
export const stackNames = ["home-lab", "aws"] as const;

export type StackName = (typeof stackNames)[number];

/** @throws {ConfigError} when `text` is not a stack */
export function parseStack(text: string): StackName {
  const stack = stackNames.find((name) => name === text);
  if (stack) return stack;
  const hint = (topologyNames as readonly string[]).includes(text)
    ? `; use ${stackNames[0]} --topology ${text}`
    : "";
  const names = stackNames.map((name) => `"${name}"`).join(" or ");
  throw new ConfigError([{ path: "stack", problem: `must be ${names}; got "${text}"${hint}` }]);
}

/** @throws {ConfigError} when `text` is not a stack @throws {Error} when it is the other one */
export function requireStack<Name extends StackName>(text: string, stack: Name): Name {
  if (parseStack(text) === stack) return stack;
  throw new Error(`bug: ${text} came to the verbs of ${stack}`);
}

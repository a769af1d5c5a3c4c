import type { AwsConfiguration } from "../helpers/aws/golden.js";
import type { Block } from "../helpers/docker-target.js";
import { blocksOf, editContainers, editStatements } from "./view.js";

/** A change to a golden that breaks one assertion and no other. */
export interface AwsMutation {
  /** Number of the assertion. */
  readonly breaks: number;
  readonly name: string;
  /** Golden case. @default "managed" */
  readonly of?: string;
  readonly mutate: (file: AwsConfiguration) => void;
}

export const change = (
  breaks: number,
  name: string,
  mutate: AwsMutation["mutate"],
  of?: string,
): AwsMutation => ({ breaks, name, mutate, ...(of !== undefined && { of }) });

export function only(file: AwsConfiguration, type: string, part = ""): Block {
  const found = blocksOf(file, type).find(([address]) => address.includes(part));
  if (!found) throw new Error(`no ${type} ${part}`);
  return found[1];
}

/** Another value at a path of a block: `rule.object_ownership`, `rule.0.status`. */
export const set = (breaks: number, type: string, path: string, value: unknown, of?: string) =>
  change(
    breaks,
    `${type} has ${path} ${JSON.stringify(value) ?? "(nothing)"}`,
    (file) => {
      const keys = path.split(".");
      const last = keys.pop() ?? "";
      const inner = keys.reduce((block, key) => block[key] as Block, only(file, type));
      if (value === undefined) delete inner[last];
      else inner[last] = value;
    },
    of,
  );

export const remove = (breaks: number, type: string) =>
  change(breaks, `there is no ${type}`, (file) => delete file.resource[type]);

export const container = (breaks: number, name: string, edit: (container: Block) => void) =>
  change(breaks, name, (file) => editContainers(file, edit));

export const variable = (breaks: number, name: string, value: string) =>
  container(breaks, `a container has ${name}=${value}`, ({ environment }) => {
    const others = (environment as Block[]).filter((each) => each["name"] !== name);
    (environment as Block[]).splice(0, Infinity, ...others, { name, value });
  });

export const statements = (
  breaks: number,
  name: string,
  type: string,
  part: string,
  edit: (statements: Block[]) => void,
  of?: string,
) => change(breaks, name, (file) => editStatements(only(file, type, part), edit), of);

export const input = (
  breaks: number,
  verb: "migrate" | "snapshot",
  name: string,
  edit: (input: Block) => void,
  of?: string,
) =>
  change(
    breaks,
    name,
    (file) => {
      const part = { migrate: "db-upgrade_run", snapshot: "release-snapshot_run" }[verb];
      const { environment } = only(file, "terraform_data", part)["provisioner"][0]["local-exec"];
      const told = JSON.parse(environment.MLSTACK_JOB) as Block;
      edit(told);
      environment.MLSTACK_JOB = JSON.stringify(told);
    },
    of,
  );

export const state = (backend: Record<string, Block>) =>
  change(27, `the state is kept in ${JSON.stringify(backend)}`, ({ terraform }) => {
    terraform["backend"] = backend;
  });

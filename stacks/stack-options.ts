import { Option, type Command } from "commander";
import { Problems, topologyNames } from "../constructs/mlflow/index.js";
import type { StackName } from "./stack/names.js";

/** The verbs of a stack. */
export type StackVerb = "plan" | "deploy" | "destroy" | "output" | "synth";

type Group = "Where:" | "What:" | "AWS:" | "Terraform:";

interface StackOption {
  readonly group: Group;
  readonly flags: string;
  readonly description: string;
  readonly repeated?: true;
  /** Only these verbs have it. @default all */
  readonly verbs?: readonly StackVerb[];
  /** Only this stack has it. @default all */
  readonly stack?: StackName;
}

/** Those that read all settings; the others go by what was deployed. */
const making = ["plan", "deploy", "synth"] as const;
const reaching = [...making, "destroy"] as const;
const driving = ["plan", "deploy", "destroy", "output"] as const;

const where = (flags: string, description: string, more: Partial<StackOption> = {}) =>
  ({ group: "Where:", flags, description, ...more }) as const;
const what = (flags: string, description: string, more: Partial<StackOption> = {}) =>
  ({ group: "What:", flags, description, verbs: making, ...more }) as const;
const onAws = (flags: string, description: string) =>
  ({ group: "AWS:", flags, description, stack: "aws", verbs: reaching }) as const;
const lab = { stack: "home-lab" } as const;

const stackOptions: readonly StackOption[] = [
  where("--out <folder>", "output folder (default: mlflow/<stack>)"),
  where("-e, --env-file <file>", "settings (default: mlstack.env in the output folder)"),
  where("--host <url>", "Docker engine: ssh://user@box[:port], tcp://… or unix://…", {
    verbs: reaching,
    ...lab,
  }),
  where("--jump <hosts>", "machines to pass through: [user@]host[:port], joined by commas", {
    verbs: reaching,
    ...lab,
  }),
  where("--ssh-key <file>", "private key", { verbs: reaching, ...lab }),
  where("--ssh-option <Name=value>", "option of ssh; may be repeated", {
    repeated: true,
    verbs: reaching,
    ...lab,
  }),
  // Without the folder's mlstack.env, destroy finds the volumes by these two.
  what("--topology <name>", `${topologyNames.join(", ")} (default: remote-server)`, {
    verbs: reaching,
    ...lab,
  }),
  what("--name <name>", "what everything is named after", { verbs: reaching }),
  what("--listen <address>", "address of that machine to answer on (default: 127.0.0.1)", lab),
  what("--port <port>", "port to answer on", lab),
  what("--public-url <url>", "URL people type; may be repeated", { repeated: true }),
  what("--profile <name>", "n100, small or medium"),
  what("--data-directory <folder>", "folder of that machine for SQLite and local artifacts", lab),
  what("--set <NAME=value>", "any other variable but secrets; may be repeated", { repeated: true }),
  onAws("--region <name>", "such as eu-central-1"),
  onAws("--shape <name>", "managed (ECS and RDS) or host (one instance) (default: managed)"),
  onAws("--bucket <bucket/prefix>", "of the artifacts, which is made; or s3://bucket/prefix"),
  onAws("--domain <name>", "name that people type, with HTTPS (default: none)"),
  onAws("--hosted-zone <name>", "zone of Route 53 that gets it"),
  onAws("--certificate <arn>", "certificate of yours for it (default: one is made)"),
  onAws("--public", "let the internet reach it"),
  onAws("--egress <name>", "endpoints, nat or public-ip"),
  onAws("--architecture <name>", "arm64 or x86_64 (default: arm64)"),
  {
    group: "Terraform:",
    flags: "--state <place>",
    description: "local, s3://bucket/key?region=…, or pg with PG_CONN_STR",
  },
  {
    group: "Terraform:",
    flags: "--terraform-binary <program>",
    description: "terraform or tofu, by name or path",
    verbs: driving,
  },
];

/** What people type, each with what it does. */
const examples: Readonly<Record<StackVerb, readonly (readonly [string, string])[]>> = {
  plan: [
    ["plan home-lab", "by the settings of mlflow/home-lab"],
    ["plan home-lab --check", "in a script: exit code 1 if something would change"],
    ["plan home-lab --port 8080", "what another port would change; nothing is kept"],
    ["plan aws --region eu-central-1 --bucket my-models", "with the price of a month"],
  ],
  deploy: [
    ["deploy home-lab --host ssh://me@n100.lan", "the first time; the flags are kept"],
    ["deploy home-lab", "again: sets right what is out of place"],
    ["deploy home-lab --topology localhost-database", "to the Docker engine of this machine"],
    ["deploy aws --region eu-central-1 --bucket my-models", "the first time; the flags are kept"],
  ],
  destroy: [
    ["destroy home-lab", "data stays, and the next deploy goes on with it"],
    ["destroy home-lab --delete-data artifact-store-data", "and DELETE this volume"],
    ["destroy aws --delete-data", "everything, once MLSTACK_AWS_PROTECT=false is deployed"],
  ],
  output: [
    ["output home-lab", "name=value lines"],
    ["output aws --json", "for programs"],
  ],
  synth: [
    ["synth home-lab", "prints the folder that it wrote"],
    ["synth home-lab --out ../lab", "below another folder"],
    ["synth aws --region eu-central-1 --bucket my-models", "for AWS"],
  ],
};

/** Flags that mean something to this verb, in groups, and examples. */
export function withStackOptions(command: Command, verb: StackVerb): Command {
  for (const { group, flags, description, repeated, verbs } of stackOptions) {
    if (verbs && !verbs.includes(verb)) continue;
    const option = new Option(flags, description).helpGroup(group);
    command.addOption(repeated ? option.argParser(collect) : option);
  }
  const width = Math.max(...examples[verb].map(([line]) => line.length));
  const lines = examples[verb].map(([line, does]) => `  mlstack ${line.padEnd(width)}  ${does}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

/**
 * A flag of another stack would do nothing.
 *
 * @param options - as commander gives them
 * @throws {ConfigError} with each
 */
export function requireFlagsOf(stack: StackName, options: object): void {
  const problems = new Problems();
  const given = new Set(Object.keys(options));
  const owned = stackOptions.flatMap(({ flags, stack: owner }) => {
    const { long = "" } = new Option(flags);
    return owner === undefined ? [] : [[long ?? "", owner] as const];
  });
  for (const [flag, owner] of owned) {
    const isGiven = given.has(new Option(flag).attributeName());
    const problem = `is for the stack ${owner}; remove it, or name ${owner} in place of ${stack}`;
    problems.require(owner === stack || !isGiven, flag, problem);
  }
  problems.throwIfAny();
}

/** Values of an option that may be repeated. */
export const collect = (value: string, previous: string[] | undefined): string[] => [
  ...(previous ?? []),
  value,
];

import { Option, type Command } from "commander";
import { topologyNames } from "../constructs/mlflow/index.js";

/** The verbs of a stack. */
export type StackVerb = "plan" | "deploy" | "destroy" | "output" | "synth";

type Group = "Where:" | "What:" | "Terraform:";

interface StackOption {
  readonly group: Group;
  readonly flags: string;
  readonly description: string;
  readonly repeated?: true;
  /** Only these verbs have it. @default all */
  readonly verbs?: readonly StackVerb[];
}

/** Those that read all settings; the others go by what was deployed. */
const making = ["plan", "deploy", "synth"] as const;
const reaching = [...making, "destroy"] as const;
const driving = ["plan", "deploy", "destroy", "output"] as const;

const where = (flags: string, description: string, more: Partial<StackOption> = {}) =>
  ({ group: "Where:", flags, description, ...more }) as const;
const what = (flags: string, description: string, more: Partial<StackOption> = {}) =>
  ({ group: "What:", flags, description, verbs: making, ...more }) as const;

const stackOptions: readonly StackOption[] = [
  where("--out <folder>", "output folder (default: mlflow/<stack>)"),
  where("-e, --env-file <file>", "settings (default: mlstack.env in the output folder)"),
  where("--host <url>", "Docker engine: ssh://user@box[:port], tcp://… or unix://…", {
    verbs: reaching,
  }),
  where("--jump <hosts>", "machines to pass through: [user@]host[:port], joined by commas", {
    verbs: reaching,
  }),
  where("--ssh-key <file>", "private key", { verbs: reaching }),
  where("--ssh-option <Name=value>", "option of ssh; may be repeated", {
    repeated: true,
    verbs: reaching,
  }),
  // Without the folder's mlstack.env, destroy finds the volumes by these two.
  what("--topology <name>", `${topologyNames.join(", ")} (default: remote-server)`, {
    verbs: reaching,
  }),
  what("--name <name>", "what containers and volumes are named after", { verbs: reaching }),
  what("--listen <address>", "address of that machine to answer on (default: 127.0.0.1)"),
  what("--port <port>", "port to answer on"),
  what("--public-url <url>", "URL people type; may be repeated", { repeated: true }),
  what("--profile <name>", "n100, small or medium"),
  what("--data-directory <folder>", "folder of that machine for SQLite and local artifacts"),
  what("--set <NAME=value>", "any other variable but secrets; may be repeated", { repeated: true }),
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
  ],
  deploy: [
    ["deploy home-lab --host ssh://me@n100.lan", "the first time; the flags are kept"],
    ["deploy home-lab", "again: sets right what is out of place"],
    ["deploy home-lab --topology localhost-database", "to the Docker engine of this machine"],
  ],
  destroy: [
    ["destroy home-lab", "data stays, and the next deploy goes on with it"],
    ["destroy home-lab --delete-data artifact-store-data", "and DELETE this volume"],
  ],
  output: [
    ["output home-lab", "name=value lines"],
    ["output home-lab --json", "for programs"],
  ],
  synth: [
    ["synth home-lab", "prints the folder that it wrote"],
    ["synth home-lab --out ../lab", "below another folder"],
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

/** Values of an option that may be repeated. */
export const collect = (value: string, previous: string[] | undefined): string[] => [
  ...(previous ?? []),
  value,
];

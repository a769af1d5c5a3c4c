#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander";
import { setMaxListeners } from "node:events";
import { ConfigError, topologyNames } from "../constructs/mlflow/index.js";
import { inEnvironmentWords } from "../env/load.js";
import type { BootstrapOptions } from "./bootstrap/bootstrap.js";
import type { DownOptions } from "./down/down.js";
import { generate, type GenerateOptions } from "./generate/generate.js";
import type { InitOptions } from "./init/init.js";
import type { LogsOptions } from "./logs/logs.js";
import type { SettingsOptions } from "./settings.js";
import { collect, withStackOptions, type StackVerb } from "./stack-options.js";
import type { VerbOptions } from "./stack-verbs.js";
import { endWithoutReader } from "./tools/broken-pipe.js";
import type { UpOptions } from "./up/up.js";

/** 0: done; 1: failed; 2: wrong input. */
type ExitCode = number;

const interrupted = new AbortController();

// Each command that runs at the moment listens to it.
setMaxListeners(50, interrupted.signal);

/** Tells Terraform a second time to end; known once a verb has loaded it. */
let terraformStop: (() => void) | undefined;

/** Milliseconds in which a verb may end by itself after Ctrl-C. */
let patience = 5000;

/** A verb; its exit code becomes the program's. */
function verb(program: Command, usage: string, description: string): Command {
  return program.command(usage).description(description);
}

const finish = async (code: ExitCode | Promise<ExitCode>): Promise<void> => {
  process.exitCode = await code;
};

function withSettings(command: Command): Command {
  return (
    command
      // Node 20 takes --env-file for itself wherever it stands, and ends where there is no such file.
      .option("-e, --env-file <file>", "settings (default: mlstack.env in the output folder)")
      .option("--out <folder>", "output folder (default: mlflow/<topology>)")
      .option("--runtime <name>", "auto, docker or process")
      .option("--name <name>", "what containers and volumes are named after")
      .option("--profile <name>", "n100, small or medium")
      .option("--host <address>", "address of this machine to answer on")
      .option("--port <port>", "port to answer on")
      .option("--public-url <url>", "URL people type; may be repeated", collect)
      .option("--data-directory <folder>", "folder for SQLite, plain files and local artifacts")
      .option("--set <NAME=value>", "any other variable but secrets; may be repeated", collect)
  );
}

/** What a stack needs once, before its first deploy. */
function addBootstrap(program: Command): void {
  verb(program, "bootstrap <target>", "make the S3 bucket of Terraform's state, once (aws)")
    .option("--region <name>", "region of the bucket (default: AWS_REGION, or the profile's)")
    .option("--bucket <name>", "bucket (default: mlflow-stacks-state-<account>-<region>)")
    .option("--out <folder>", "output folder (default: mlflow/aws)")
    .option("--yes", "do not ask")
    .action(async (target: string, options: BootstrapOptions) => {
      const { bootstrap } = await import("./bootstrap/bootstrap.js");
      await finish(bootstrap(target, options));
    });
}

/** The verbs that drive Terraform. It may take minutes to end well after Ctrl-C. */
function addStackVerbs(program: Command): void {
  // What only this verb has comes first.
  const stackVerb = (name: StackVerb, description: string, own: (command: Command) => Command) =>
    withStackOptions(own(verb(program, `${name} <stack>`, description)), name);
  const runs = (name: StackVerb) => async (stack: string, options: VerbOptions) => {
    const { runStackVerb } = await import("./stack-verbs.js");
    await finish(runStackVerb(name, stack, options, interrupted.signal));
  };
  stackVerb("plan", "what deploy would do, and what is out of place", (command) =>
    command.option("--check", "exit 1 if something would change"),
  ).action(runs("plan"));
  stackVerb("deploy", "apply by Terraform and prove: on a Docker host or AWS", (command) =>
    command
      .option("--yes", "do not ask before something that runs is replaced, or money is spent")
      .option(
        "--new-volume <name>",
        "let a volume whose data is gone begin empty; on aws: database, data-volume, bucket, …",
        collect,
      ),
  ).action(runs("deploy"));
  stackVerb("synth", "write the Terraform configuration only", (command) => command).action(
    runs("synth"),
  );
  stackVerb("destroy", "remove what deploy made; data stays, or it refuses", (command) =>
    command
      .option(
        "--delete-data [volume]",
        "and this volume with its data; may be repeated; on aws without a name, and all data",
        collect,
      )
      .option("--yes", "do not ask"),
  ).action(runs("destroy"));
  stackVerb("output", "what the last deploy gave out", (command) =>
    command.option("--json", "as JSON"),
  ).action(runs("output"));
  for (const command of program.commands) {
    if (!["plan", "deploy", "destroy"].includes(command.name())) continue;
    command.hook("preAction", async () => {
      patience = 180_000;
      terraformStop = (await import("./terraform/supervise.js")).forceStop;
    });
  }
}

function buildProgram(): Command {
  const program = new Command("mlstack")
    .description(
      "Runs MLflow's three topologies: with Docker Compose, as a local process, or on a Docker host or AWS by Terraform.",
    )
    .version("0.1.0")
    .exitOverride()
    .showHelpAfterError("(--help shows what there is)")
    .configureHelp({ sortSubcommands: false });

  addMakingVerbs(program);
  addLookingVerbs(program);
  pointToStackVerbs(program);
  addBootstrap(program);
  addStackVerbs(program);
  return program;
}

/** The verbs that write an output folder. */
function addMakingVerbs(program: Command): void {
  const topologies = topologyNames.join(", ");
  withSettings(verb(program, "up <topology>", `check, write, start and prove (${topologies})`))
    .addOption(
      new Option(
        "--systemd",
        "run the process as a systemd user unit, which starts at login (at boot: loginctl enable-linger)",
      ),
    )
    .action(async (topology: string, options: UpOptions) => {
      const { up } = await import("./up/up.js");
      await finish(up(topology, options, interrupted.signal));
    });
  withSettings(
    verb(program, "generate <topology>", "write docker-compose.yml, .env and what they need"),
  )
    .option("--check", "write nothing; exit 1 if files would change")
    .action((topology: string, options: GenerateOptions) => finish(generate(topology, options)));
  withSettings(verb(program, "init [topology]", "ask a few questions and write an env file"))
    .option("--backend-store <kind>", "sqlite, postgres or external")
    .option("--artifact-store <kind>", "rustfs, s3 or s3-compatible")
    .option("--destination <uri>", "s3://bucket/prefix")
    .option("--endpoint <url>", "where an S3 server that is not Amazon's answers")
    .option("--region <name>", "region of the bucket")
    .option("--s3-credentials <kind>", "keys or ambient, the role of the machine")
    .option("--yes", "take the default of whatever no flag answers")
    .action(async (topology: string | undefined, options: InitOptions) => {
      const { init } = await import("./init/init.js");
      await finish(init(topology, options));
    });
}

/** The verbs for what runs. */
function addLookingVerbs(program: Command): void {
  verb(program, "status <topology>", "what runs; exit 0 when all is well")
    .option("--out <folder>", "output folder")
    .action(async (topology: string, options: SettingsOptions) => {
      const { status } = await import("./status/status.js");
      await finish(status(topology, options));
    });
  verb(program, "logs <topology> [service...]", "what the containers or the process wrote")
    .option("--out <folder>", "output folder")
    .option("-f, --follow", "go on until Ctrl-C")
    .option("--tail <lines>", "last lines to begin with (default: 100)")
    .action(async (topology: string, services: string[], options: LogsOptions) => {
      const { logs } = await import("./logs/logs.js");
      await finish(logs(topology, services, options, interrupted.signal));
    });
  verb(program, "down <topology>", "stop; data stays")
    .option("--out <folder>", "output folder")
    .option("--delete-data", "remove every volume, and so every experiment")
    .option("--yes", "do not ask")
    .action(async (topology: string, options: DownOptions) => {
      const { down } = await import("./down/down.js");
      await finish(down(topology, options));
    });
}

/** Whoever types `status home-lab` is told what does that for a stack. */
function pointToStackVerbs(program: Command): void {
  const topologies: readonly string[] = topologyNames;
  for (const command of program.commands) {
    command.hook("preAction", async ({ args: [name] }) => {
      if (name === undefined || topologies.includes(name)) return;
      const { requireNoStack } = await import("./stack/instead.js");
      requireNoStack(command.name(), name, command.opts());
    });
  }
}

/** The exit code of a failure, after telling the user. */
function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (interrupted.signal.aborted) {
    console.error("\nStopped. Run the same command again to go on.");
    return 1;
  }
  if (error instanceof ConfigError) {
    console.error(inEnvironmentWords(error).message);
    return 2;
  }
  const text = error instanceof Error ? error.message : String(error);
  console.error(text);
  if (text.startsWith("bug:")) console.error((error as Error).stack);
  return 1;
}

/** Also Terraform, where it runs, gives up what it has begun. */
function endNow(): never {
  terraformStop?.();
  process.exit(1);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Not `once`: where no listener stays, execa's own would end the program before this one is done.
  process.on(signal, () => {
    if (interrupted.signal.aborted) endNow();
    interrupted.abort();
    if (patience > 5000) console.error("\nStopping; Ctrl-C again ends at once.");
    // Children were told, and whoever waits for them ends now. This is for what does not listen.
    setTimeout(() => process.exit(report(interrupted.signal.reason)), patience).unref();
  });
}

// Terraform, where it may run, is not left in the middle of an apply.
endWithoutReader(
  [process.stdout, process.stderr],
  () => patience > 5000,
  () => process.exit(1),
);

try {
  await buildProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
  // What was given up may still be awaited somewhere.
  if (interrupted.signal.aborted) process.exit();
}

import { execa } from "execa";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDotenv } from "../../../env/dotenv.js";
import { editDotenv, killOnHost, type ContainerFacts } from "./docker-stack.js";
import { mlstack, startMlstack, temporaryFolder, type Running } from "./mlstack.js";
import { freePort } from "./ports.js";
import {
  deploymentName,
  recoverySeconds,
  timed,
  waitUntil,
  type RunningStack,
  type StackOptions,
} from "./running-stack.js";

/** The stack `home-lab`, deployed by `mlstack deploy` and looked at through `docker`. */
export interface TerraformStack extends RunningStack {
  readonly name: string;
  /** Words for a verb of `mlstack` that may be the first in this folder. */
  readonly words: readonly string[];
  /** Deploys with more flags, or with others. Gives what was printed. */
  deploy(...flags: string[]): Promise<string>;
  /** What `mlstack plan --check` printed, and whether something would change. */
  plan(...flags: string[]): Promise<{ readonly changes: boolean; readonly text: string }>;
  destroy(...flags: string[]): Promise<string>;
  /** Any verb with the words that follow, and how it ended. */
  tries(verb: string, ...words: string[]): Promise<{ exitCode: number; text: string }>;
  /** The same, to be ended by a signal; `deploy` with its flags. */
  begins(verb: string, ...words: string[]): Running;
  secrets(): Record<string, string>;
  /** Replaces values of `.env`, as a user with an editor does. */
  editSecrets(values: Readonly<Record<string, string>>): void;
  container(role: string): string;
  inspect(...roles: string[]): Promise<readonly ContainerFacts[]>;
  /** Standard output of `docker` on the engine that it was deployed to. */
  docker(...words: string[]): Promise<string>;
  healthy(): Promise<boolean>;
}

/** An engine other than this machine's own. */
export interface OtherEngine {
  /** Words for `mlstack`, such as `--host`. */
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where the server answers. */
  readonly address: string;
  docker(...words: string[]): Promise<string>;
}

export interface TerraformStackOptions extends StackOptions {
  /** Output folder. @default a new one */
  readonly out?: string;
}

/** The engine of this machine. */
export const ownEngine: OtherEngine = {
  flags: [],
  env: {},
  address: "127.0.0.1",
  docker: async (...words) => (await execa("docker", words, { stdin: "ignore" })).stdout,
};

export async function startTerraformStack(
  options: TerraformStackOptions,
  engine: OtherEngine = ownEngine,
): Promise<TerraformStack> {
  const stack = await prepareTerraformStack(options, engine);
  try {
    await timed(`${options.topology} terraform: from nothing to proven`, () => stack.up());
  } catch (error) {
    await stack.down(true).catch(() => undefined);
    throw error;
  }
  const password = stack.secrets()["MLFLOW_AUTH_ADMIN_PASSWORD"];
  return password === undefined ? stack : Object.assign(stack, { username: "admin", password });
}

/** The same, not deployed yet. */
export async function prepareTerraformStack(
  options: TerraformStackOptions,
  engine: OtherEngine = ownEngine,
): Promise<TerraformStack> {
  const name = deploymentName(options.label);
  const out = options.out ?? temporaryFolder(options.label);
  const port = await freePort();
  const { topology, settings, flags: more = [] } = options;
  const place = ["--topology", topology, "--name", name, "--port", String(port)];
  const flags = ["--out", out, ...place, ...engine.flags, ...more];
  if (settings !== undefined) writeFileSync(join(out, "mlstack.env"), settings);
  const roles =
    topology === "remote-server"
      ? ["backend-store", "artifact-store", "tracking-server"]
      : ["tracking-server"];
  const container = (role: string) => `${name}-${role}`;
  const inspect = async (...wanted: string[]): Promise<ContainerFacts[]> =>
    JSON.parse(await engine.docker("inspect", ...wanted.map(container))) as ContainerFacts[];
  const healthy = async () =>
    (await inspect(...roles)).every(({ State }) => State.Health?.Status === "healthy");
  const run = async (verb: string, words: readonly string[]): Promise<string> =>
    String((await mlstack([verb, "home-lab", ...words], engine.env)).all);
  const wordsOf = (verb: string, words: readonly string[]) => [
    ...[verb, "home-lab", ...(verb === "deploy" ? flags : ["--out", out]), ...words],
  ];
  const deploy = (...words: string[]) => run("deploy", [...flags, ...words, "--yes"]);
  const destroy = (...words: string[]) => run("destroy", ["--out", out, ...words, "--yes"]);
  const startedAt = async (role: string) => {
    const [facts] = await inspect(role);
    return `${facts?.Id} ${facts?.State.StartedAt}`;
  };
  const data =
    topology === "remote-server"
      ? ["backend-store-data", "artifact-store-data"]
      : ["tracking-server-data"];

  return {
    name,
    words: ["home-lab", ...flags],
    out,
    url: `http://${engine.address}:${port}`,
    roles: () => roles,
    secrets: () => ({ ...parseDotenv(readFileSync(join(out, ".env"), "utf8")).values }),
    container,
    inspect,
    docker: (...words) => engine.docker(...words),
    healthy,
    deploy,
    destroy,
    startedAt,
    tries: async (verb, ...words) => {
      const { exitCode, all } = await startMlstack(wordsOf(verb, words), engine.env);
      return { exitCode: exitCode ?? -1, text: String(all) };
    },
    begins: (verb, ...words) => startMlstack(wordsOf(verb, words), engine.env),
    editSecrets: (values) => editDotenv(join(out, ".env"), values),
    plan: async (...words) => {
      const all = ["plan", "home-lab", "--out", out, ...words, "--check"];
      const { exitCode, all: text } = await startMlstack(all, engine.env);
      if (exitCode !== 0 && exitCode !== 1) throw new Error(`plan ended with ${exitCode}: ${text}`);
      return { changes: exitCode === 1, text: String(text) };
    },
    up: async () => {
      await deploy();
    },
    restart: async () => {
      await engine.docker("restart", "--time", "60", ...roles.map(container));
      await waitUntil("healthy after a restart", recoverySeconds, healthy);
    },
    kill9: async (role) => {
      const [before] = await inspect(role);
      const [server] = await inspect("tracking-server");
      await killOnHost(server?.Image ?? "", before?.State.Pid ?? 0, engine.docker);
      await timed(`${name} healthy after kill -9 of ${role}`, () =>
        waitUntil(`healthy after kill -9 of ${role}`, recoverySeconds, async () => {
          const [now] = await inspect(role);
          return now?.State.StartedAt !== before?.State.StartedAt && (await healthy());
        }),
      );
    },
    down: async (removeData) => {
      await destroy(...(removeData ? data.flatMap((volume) => ["--delete-data", volume]) : []));
      if (removeData) rmSync(out, { recursive: true, force: true });
    },
  };
}

import { execa } from "execa";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDotenv } from "../../../env/dotenv.js";
import { mlstack, temporaryFolder } from "./mlstack.js";
import { freePort } from "./ports.js";
import {
  deploymentName,
  recoverySeconds,
  timed,
  waitUntil,
  type RunningStack,
  type StackOptions,
} from "./running-stack.js";

/** A deployment in containers, driven by `mlstack` and looked at through `docker`. */
export interface DockerStack extends RunningStack {
  readonly name: string;
  /** Values of `.env`. */
  secrets(): Record<string, string>;
  /** Replaces values of `.env`, as a user with an editor does. */
  editSecrets(values: Readonly<Record<string, string>>): void;
  /** Standard output of `docker compose`. */
  compose(...words: string[]): Promise<string>;
  /** Standard output of a Python script inside the tracking server's container. */
  python(script: string): Promise<string>;
  container(role: string): string;
  containers(): Promise<readonly ContainerFacts[]>;
  healthy(): Promise<boolean>;
}

/** The part of `docker inspect` that the tests read. */
export interface ContainerFacts {
  readonly Name: string;
  readonly Id: string;
  /** Id of its image. */
  readonly Image: string;
  readonly State: {
    readonly Status: string;
    readonly StartedAt: string;
    readonly Pid: number;
    readonly Health?: { readonly Status: string };
  };
  readonly HostConfig: {
    readonly PortBindings: Record<string, readonly { HostIp: string }[]> | null;
  };
  readonly Config: { readonly Env: readonly string[] };
}

export async function startDockerStack(options: StackOptions): Promise<DockerStack> {
  const name = deploymentName(options.label);
  const out = temporaryFolder(options.label);
  const port = await freePort();
  const flags = ["--out", out, "--name", name, "--port", String(port), "--runtime", "docker"];
  const upWords = ["up", options.topology, ...flags, ...(options.flags ?? [])];
  if (options.settings !== undefined) writeFileSync(join(out, "mlstack.env"), options.settings);
  const roles =
    options.topology === "remote-server"
      ? ["backend-store", "artifact-store", "tracking-server"]
      : ["tracking-server"];

  const compose = async (...words: string[]): Promise<string> =>
    (await execa("docker", ["compose", ...words], { cwd: out, stdin: "ignore" })).stdout;
  const container = (role: string) => `${name}-${role}-1`;
  const inspect = async (...names: string[]): Promise<ContainerFacts[]> =>
    JSON.parse((await execa("docker", ["inspect", ...names])).stdout) as ContainerFacts[];
  const secrets = () => ({ ...parseDotenv(readFileSync(join(out, ".env"), "utf8")).values });
  const healthy = async () =>
    (await inspect(...roles.map(container))).every(
      ({ State }) => State.Health?.Status === "healthy",
    );

  const stack: DockerStack = {
    name,
    out,
    url: `http://127.0.0.1:${port}`,
    roles: () => roles,
    secrets,
    container,
    compose,
    healthy,
    editSecrets: (values) => editDotenv(join(out, ".env"), values),
    python: async (script) =>
      (
        await execa("docker", ["exec", "-i", container("tracking-server"), "python", "-"], {
          input: script,
        })
      ).stdout,
    containers: async () => {
      const ids = (await compose("ps", "--all", "--quiet")).split("\n").filter(Boolean);
      return inspect(...ids);
    },
    startedAt: async (role) => {
      const [facts] = await inspect(container(role));
      return `${facts?.Id} ${facts?.State.StartedAt}`;
    },
    up: async () => {
      await mlstack(upWords);
    },
    restart: async () => {
      await compose("restart", ...roles);
      await waitUntil("healthy after a restart", recoverySeconds, healthy);
    },
    kill9: async (role) => {
      const [before] = await inspect(container(role));
      await killOnHost(await trackingServerImage(stack), before?.State.Pid ?? 0);
      await timed(`${name} healthy after kill -9 of ${role}`, () =>
        waitUntil(`healthy after kill -9 of ${role}`, recoverySeconds, async () => {
          const [now] = await inspect(container(role));
          return now?.State.StartedAt !== before?.State.StartedAt && (await healthy());
        }),
      );
    },
    down: async (removeData) => {
      await compose("down", "--remove-orphans", ...(removeData ? ["--volumes"] : []));
      if (removeData) rmSync(out, { recursive: true, force: true });
    },
  };
  try {
    await timed(`${options.topology} docker: from nothing to proven`, () => stack.up());
  } catch (error) {
    await stack.down(true).catch(() => undefined);
    throw error;
  }
  const password = secrets()["MLFLOW_AUTH_ADMIN_PASSWORD"];
  return password === undefined ? stack : Object.assign(stack, { username: "admin", password });
}

const trackingServerImage = async (stack: DockerStack): Promise<string> =>
  (
    await execa("docker", [
      "inspect",
      "-f",
      "{{.Config.Image}}",
      stack.container("tracking-server"),
    ])
  ).stdout;

/**
 * SIGKILL from the engine's own machine. `docker kill` counts as a stop by hand, after which no
 * restart policy acts, and from inside a container the first process is immune.
 */
export async function killOnHost(
  image: string,
  pid: number,
  docker: (...words: string[]) => Promise<unknown> = (...words) => execa("docker", words),
): Promise<void> {
  const words = ["run", "--rm", "--pid", "host", "--user", "0", "--network", "none"];
  const kill = `import os; os.kill(${pid}, 9)`;
  await docker(...words, "--entrypoint", "python", image, "-c", kill);
}

/** Replaces values in a file of variables that has them. */
export function editDotenv(path: string, values: Readonly<Record<string, string>>): void {
  const edited = Object.entries(values).reduce(
    (all, [key, value]) => all.replace(new RegExp(`^${key}=.*$`, "m"), () => `${key}=${value}`),
    readFileSync(path, "utf8"),
  );
  writeFileSync(path, edited);
}

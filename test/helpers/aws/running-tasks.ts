import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../e2e/ports.js";
import { deploymentName, timed, waitUntil } from "../e2e/running-stack.js";
import type { AwsConfiguration } from "./golden.js";
import { makeCertificates, rdsService } from "./rds.js";
import { tasksFile, type TasksFileOptions } from "./tasks-file.js";

/** What a command ended with. */
export interface Ended {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly all: string;
}

export interface TasksOptions {
  readonly label: string;
  /** Host name of the database. */
  readonly host: string;
  readonly masterPassword: string;
}

/** The tasks of a configuration on this machine's engine, with a database beside them. */
export class RunningTasks {
  private constructor(
    private readonly name: string,
    private readonly folder: string,
    private readonly options: TasksOptions,
    private readonly port: number,
    /** Address of this machine in the tasks' network. */
    readonly gateway: string,
  ) {}

  /** Makes the network and a folder, and starts nothing yet. */
  static async make(options: TasksOptions): Promise<RunningTasks> {
    const name = deploymentName(options.label);
    const folder = mkdtempSync(join(tmpdir(), `mlstack-e2e-${options.label}-`));
    await execa("docker", ["network", "create", name]);
    const format = "{{(index .IPAM.Config 0).Gateway}}";
    const { stdout } = await execa("docker", ["network", "inspect", "-f", format, name]);
    return new RunningTasks(name, folder, options, await freePort(), stdout);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  container(service: string): string {
    return `${this.name}-${service}-1`;
  }

  /** Takes the definitions of a configuration, and the secrets as they are now. */
  async deploy(
    file: AwsConfiguration,
    options: Omit<TasksFileOptions, "authority" | "name" | "port" | "database">,
  ): Promise<void> {
    const { name, port, folder } = this;
    const certificates = join(folder, "certificates");
    const authority = await makeCertificates(certificates, this.options.host);
    const database = rdsService({ ...this.options, folder: certificates });
    const text = await tasksFile(file, { ...options, authority, name, port, database });
    writeFileSync(join(folder, "compose.json"), text, { mode: 0o600 });
    await this.compose("up", "--detach", "--wait", "--no-recreate", "backend-store");
    await this.compose("up", "--detach", "network");
  }

  /** Runs the migration to its end. */
  migrate(): Promise<Ended> {
    return this.run(["run", "--rm", "--no-TTY", "db-upgrade"]);
  }

  /** Starts the server by the definitions at hand. @returns seconds until it is healthy */
  async start(): Promise<number> {
    const began = performance.now();
    await timed("tracking server: from its start to healthy", async () => {
      await this.compose("up", "--detach", "--no-deps", "tracking-server");
      await this.healthy();
    });
    return (performance.now() - began) / 1000;
  }

  /** Waits as long as the service of ECS would. */
  async healthy(): Promise<void> {
    const format = "{{.State.Status}} {{.State.Health.Status}}";
    const words = ["inspect", "-f", format, this.container("tracking-server")];
    await waitUntil("a healthy server", 180, async () => {
      const { stdout: state } = await execa("docker", words);
      if (/exited|unhealthy/.test(state)) throw new Error(await this.compose("logs"));
      return state === "running healthy";
    });
  }

  /** Standard output of a Python script in the server's container. */
  async python(script: string): Promise<string> {
    return succeeded(
      await this.run(["exec", "--no-TTY", "tracking-server", "python", "-"], script),
    );
  }

  /** The same in a container by the server's definition, which need not run. */
  async pythonInTask(
    script: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const set = Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
    const words = ["run", "--rm", "--no-deps", "--no-TTY", "--entrypoint", "python", ...set];
    return succeeded(await this.run([...words, "tracking-server", "-"], script));
  }

  /** What the database's own administrator is answered. */
  sql(statement: string, database = "postgres"): Promise<string> {
    const psql = ["psql", "-XAtq", "-U", "rdsadmin", "-d", database, "-c", statement];
    return this.compose("exec", "--no-TTY", "backend-store", ...psql);
  }

  /** Standard output of `docker compose`. */
  async compose(...words: string[]): Promise<string> {
    return succeeded(await this.run(words));
  }

  async remove(): Promise<void> {
    await this.run(["down", "--volumes", "--timeout", "2"]);
    await execa("docker", ["network", "rm", this.name], { reject: false });
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(words: readonly string[], input = ""): Promise<Ended> {
    const all = ["compose", "--file", "compose.json", ...words];
    return execa("docker", all, { cwd: this.folder, input, all: true, reject: false });
  }
}

function succeeded({ exitCode, stdout, all }: Ended): string {
  if (exitCode !== 0) throw new Error(all);
  return stdout;
}

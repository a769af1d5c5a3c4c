import { resourcesOf, type Block, type Configuration } from "../helpers/docker-target.js";

/** A change to a golden that breaks one assertion and no other. */
export interface DockerMutation {
  /** Number of the assertion. */
  readonly breaks: string;
  readonly name: string;
  /** Golden case. @default "remote-server" */
  readonly of?: string;
  readonly mutate: (file: Configuration) => void;
}

type Running = "backend-store" | "artifact-store" | "tracking-server";
type JobRole = "secrets-init" | "bucket-init" | "db-upgrade";

const change = (
  breaks: string,
  name: string,
  mutate: DockerMutation["mutate"],
  of?: string,
): DockerMutation => ({ breaks, name, mutate, ...(of !== undefined && { of }) });

function find(file: Configuration, type: string, part: string): Block {
  const name = Object.keys(resourcesOf(file, type)).find((id) => id.includes(`_${part}_`));
  const block = name === undefined ? undefined : file.resource[type]?.[name];
  if (!block) throw new Error(`no ${type} ${part}`);
  return block;
}

const container = (file: Configuration, role: Running) => find(file, "docker_container", role);

const set = (breaks: string, role: Running, key: string, value: unknown) =>
  change(breaks, `${role} has ${key} ${JSON.stringify(value)}`, (file) => {
    container(file, role)[key] = value;
  });

const drop = (breaks: string, role: Running, key: string) =>
  change(breaks, `${role} has no ${key}`, (file) => {
    delete container(file, role)[key];
  });

const push = (breaks: string, role: Running, key: string, value: unknown) =>
  change(breaks, `${role} also has ${key} ${JSON.stringify(value)}`, (file) => {
    (container(file, role)[key] ??= []).push(value);
  });

/** Another value of a variable, or none: undefined. */
const variable = (breaks: string, role: Running, name: string, value?: string, of?: string) =>
  change(
    breaks,
    `${role} has ${name}=${value ?? "(nothing)"}`,
    (file) => {
      const block = container(file, role);
      const others = block["env"].filter((entry: string) => !entry.startsWith(`${name}=`));
      block["env"] = [...others, ...(value === undefined ? [] : [`${name}=${value}`])];
    },
    of,
  );

/** The words that a provisioner starts, changed. */
function rewrite(block: Block, edit: (words: string[]) => string[]): void {
  const { environment } = block["provisioner"][0]["local-exec"];
  const commands = JSON.parse(environment.MLSTACK_COMMANDS) as string[][];
  commands.push(edit(commands.pop() ?? []));
  environment.MLSTACK_COMMANDS = JSON.stringify(commands);
}

/** `docker run` of a job without a flag, and with another value where there is one. */
const flag = (breaks: string, role: JobRole, name: string, value?: string) =>
  change(breaks, `${role} runs with ${name} ${value ?? "(none)"}`, (file) => {
    rewrite(find(file, "terraform_data", role), (words) => {
      const at = words.indexOf(name);
      const length = name === "--read-only" ? 1 : 2;
      const rest = at < 0 ? words : [...words.slice(0, at), ...words.slice(at + length)];
      return value === undefined ? rest : [...rest.slice(0, 2), name, value, ...rest.slice(2)];
    });
  });

const image = (breaks: string, part: string, name: string) =>
  change(breaks, `image ${name}`, (file) => {
    find(file, "docker_image", part)["name"] = name;
  });

const jobImage = (name: string) =>
  change("1", `db-upgrade runs ${name}`, (file) => {
    rewrite(find(file, "terraform_data", "db-upgrade"), (words) =>
      words.map((word) => (word.startsWith("${docker_image.") ? name : word)),
    );
  });

const health = (breaks: string, role: Running, key: string, value: unknown) =>
  change(breaks, `${role} is checked with ${key} ${JSON.stringify(value)}`, (file) => {
    container(file, role)["healthcheck"][key] = value;
  });

const server = "tracking-server";
const port = { internal: 5000, external: 5000, protocol: "tcp" };
const bind = (source: string, readOnly: boolean) => ({
  type: "bind",
  source,
  target: "/mnt",
  read_only: readOnly,
});

const containerMutations: readonly DockerMutation[] = [
  jobImage("mlflow-stacks/tracking-server"),
  jobImage("mlflow-stacks/tracking-server:latest"),
  set("2", server, "ports", [{ ...port, ip: "0.0.0.0" }]),
  set("2", server, "ports", [port]),
  set("2", server, "ports", [{ ...port, ip: "::" }]),
  set("3", "backend-store", "ports", [{ ...port, ip: "127.0.0.1" }]),
  flag("3", "db-upgrade", "--publish", "127.0.0.1:80:80"),
  set("4", "backend-store", "capabilities", { drop: [] }),
  set("4", "backend-store", "capabilities", { drop: ["ALL"], add: ["CHOWN"] }),
  flag("4", "db-upgrade", "--cap-drop"),
  flag("4", "db-upgrade", "--cap-add", "CHOWN"),
  drop("5", server, "security_opts"),
  push("5", server, "security_opts", "seccomp=unconfined"),
  flag("5", "bucket-init", "--security-opt"),
  drop("6", server, "user"),
  set("6", "backend-store", "user", "70:70"),
  flag("6", "db-upgrade", "--user", "0:0"),
  drop("7", server, "read_only"),
  set("7", "backend-store", "tmpfs", { "/tmp": "" }),
  push("7", server, "mounts", bind("/srv/x", false)),
  flag("7", "db-upgrade", "--read-only"),
  flag("7", "db-upgrade", "--tmpfs", "/tmp"),
  set("8", server, "ulimit", []),
  flag("8", "db-upgrade", "--memory"),
  flag("8", "db-upgrade", "--cpus"),
  flag("8", "db-upgrade", "--pids-limit"),
  flag("8", "db-upgrade", "--pids-limit", "-1"),
  flag("8", "db-upgrade", "--ulimit"),
  change("8", "the limit of processes is not set after all", (file) => {
    rewrite(container(file, server), () => ["docker", "update", "${self.id}"]);
  }),
  health("9", "backend-store", "test", ["CMD", "pg_isready"]),
  health("9", server, "test", ["CMD-SHELL", "true"]),
  health("9", server, "start_period", "59s"),
  flag("9", "db-upgrade", "--health-cmd", "true"),
  set("10", server, "restart", "always"),
  flag("10", "db-upgrade", "--restart", "always"),
  push("11", server, "mounts", bind("/var/run/docker.sock", true)),
  push("11", server, "mounts", bind("/etc/ssl", true)),
  set("11", server, "privileged", true),
  set("11", server, "pid_mode", "host"),
  set("11", server, "network_mode", "host"),
  flag("11", "db-upgrade", "--pid", "host"),
  drop("12", server, "log_opts"),
  flag("12", "db-upgrade", "--log-opt"),
  variable("13", server, "AWS_SECRET_ACCESS_KEY", "x"),
  variable("13", server, "AWS_SECRET_ACCESS_KEY_FILE", "/data/key"),
  variable("13", server, "HTTPS_PROXY", "http://user:password@proxy"),
  push("13", server, "labels", { label: "note", value: "${var.PIP_INDEX_URL}" }),
  flag("13", "db-upgrade", "--env", "PGPASSWORD=x"),
];

const productMutations: readonly DockerMutation[] = [
  variable("14", "artifact-store", "RUSTFS_DURABILITY_MODE", "relaxed"),
  image("14", "images_artifact-store", "rustfs/rustfs:0.9.9"),
  variable("15", "backend-store", "POSTGRES_HOST_AUTH_METHOD", "trust"),
  push("15", "backend-store", "command", "fsync=off"),
  image("15", "images_backend-store", "postgres:17.2"),
  set("16", server, "command", ["mlflow", "server"]),
  image("16", "images_tracking-server", "mlflow-stacks/tracking-server:3.16.4-0123456789ab"),
  variable("17", server, "MLFLOW_SERVER_ALLOWED_HOSTS", "*"),
  push("17", server, "command", "--disable-security-middleware"),
  variable("18", server, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "true"),
  variable("18", server, "MLFLOW_CRYPTO_KEK_PASSPHRASE_FILE"),
  variable("19", server, "MLFLOW_BACKEND_STORE_URI", "sqlite:////data/mlflow.db"),
  variable("19", server, "MLFLOW_BACKEND_STORE_URI", "sqlite:///x.db", "remote-server-external"),
];

const stored = (breaks: string, backend: Record<string, Block>) =>
  change(breaks, `the state is kept in ${JSON.stringify(backend)}`, ({ terraform }) => {
    terraform["backend"] = backend;
  });

const secretMutations: readonly DockerMutation[] = [
  ...["ephemeral", "sensitive"].map((key) =>
    change("25", `a secret is not ${key}`, ({ variable: { POSTGRES_PASSWORD: block } }) => {
      delete block?.[key];
    }),
  ),
  change("25", "a secret has a default", ({ variable: { POSTGRES_PASSWORD: block } }) => {
    Object.assign(block ?? {}, { default: "x" });
  }),
  change("25", "Terraform generates a secret", ({ resource }) => {
    resource["random_password"] = { one: { length: 32 } };
  }),
  change("25", "a volume has a password", (file) => {
    find(file, "docker_volume", "artifact-store-data")["driver_opts"] = { password: "x" };
  }),
  change("26", "an output tells a secret", ({ output }) => {
    output["password"] = { value: "${var.POSTGRES_PASSWORD}", sensitive: true };
  }),
  change("26", "a job is replaced with a secret", (file) => {
    find(file, "terraform_data", "db-upgrade")["triggers_replace"] = "${var.POSTGRES_PASSWORD}";
  }),
  push("26", server, "upload", { file: "/x", content: "x" }),
  stored("27", { local: { path: "state.json" } }),
  stored("27", { s3: { bucket: "x", encrypt: true } }),
  stored("27", { s3: { bucket: "x", use_lockfile: true } }),
  stored("27", { pg: { conn_str: "postgres://user:password@x/y" } }),
  stored("27", {}),
];

const lifeMutations: readonly DockerMutation[] = [
  drop("D1", server, "wait"),
  drop("D1", server, "wait_timeout"),
  set("D2", server, "destroy_grace_seconds", 0),
  drop("D2", server, "destroy_grace_seconds"),
  change("D3", "PostgreSQL's volume may go", (file) => {
    delete find(file, "docker_volume", "backend-store-data")["lifecycle"];
  }),
  change("D4", "the provider that the bindings were made for", ({ terraform }) => {
    terraform["required_providers"].docker.version = "3.6.2";
  }),
  health("D5", server, "interval", "60s"),
  health("D5", server, "start_period", "120s"),
  set("D5", server, "cpus", "2"),
  drop("D5", server, "memory_swap"),
  drop("D5", server, "network_mode"),
  change("D6", "PostgreSQL's image goes", (file) => {
    delete find(file, "docker_image", "images_backend-store")["keep_locally"];
  }),
  change("D7", "a migration that fails is passed over", (file) => {
    const job = find(file, "terraform_data", "db-upgrade");
    job["provisioner"][0]["local-exec"].on_failure = "continue";
  }),
  change("D7", "a migration is not waited for", (file) => {
    rewrite(find(file, "terraform_data", "db-upgrade"), (words) => [...words, "--detach"]);
  }),
];

export const mutations: readonly DockerMutation[] = [
  ...containerMutations,
  ...productMutations,
  ...secretMutations,
  ...lifeMutations,
];

/** A service without the types that hold a rendered one in shape. */
interface LooseService {
  environment: Record<string, string>;
  command: string[];
  healthcheck: { test: string[]; start_period: string };
  volumes: Record<string, unknown>[];
  ulimits: Record<string, unknown>;
  logging: { options: Record<string, string> };
  ports: string[];
  tmpfs: string[];
  image: string;
  [key: string]: unknown;
}

interface Services {
  "secrets-init": LooseService;
  "backend-store": LooseService;
  "artifact-store": LooseService;
  "db-upgrade": LooseService;
  "tracking-server": LooseService;
}

/** A change to a golden that breaks one assertion and no other. */
export interface Mutation {
  readonly breaks: number;
  readonly name: string;
  /** Golden case. @default "remote-server" */
  readonly of?: string;
  readonly mutate: (services: Services) => void;
}

type Role = keyof Services;

const change = (
  breaks: number,
  name: string,
  mutate: Mutation["mutate"],
  of?: string,
): Mutation => ({
  breaks,
  name,
  mutate,
  ...(of === undefined ? {} : { of }),
});

const set = (breaks: number, role: Role, key: string, value: unknown): Mutation =>
  change(breaks, `${role} has ${key} ${JSON.stringify(value)}`, (services) => {
    services[role][key] = value;
  });

const drop = (breaks: number, role: Role, key: string): Mutation =>
  change(breaks, `${role} has no ${key}`, (services) => {
    delete services[role][key];
  });

const variable = (breaks: number, role: Role, name: string, value: string): Mutation =>
  change(breaks, `${role} has ${name}=${value}`, (services) => {
    services[role].environment[name] = value;
  });

const word = (breaks: number, role: Role, text: string): Mutation =>
  change(breaks, `${role} is started with ${text}`, (services) => {
    services[role].command.push(text);
  });

const mount = (breaks: number, role: Role, source: string, readOnly: boolean): Mutation =>
  change(breaks, `${role} mounts ${source}`, (services) => {
    const common = { type: "bind", source, target: "/mnt" };
    services[role].volumes.push(readOnly ? { ...common, read_only: true } : common);
  });

const server = "tracking-server";

const containerMutations: readonly Mutation[] = [
  set(1, "db-upgrade", "image", "mlflow-stacks/tracking-server"),
  set(1, "db-upgrade", "image", "mlflow-stacks/tracking-server:latest"),
  set(2, server, "ports", ["0.0.0.0:5000:5000"]),
  set(2, server, "ports", ["5000:5000"]),
  set(2, server, "ports", ["[::]:5000:5000"]),
  set(3, "backend-store", "ports", ["127.0.0.1:5432:5432"]),
  set(3, "artifact-store", "ports", ["127.0.0.1:9001:9001"]),
  set(4, "backend-store", "cap_drop", []),
  set(4, "backend-store", "cap_add", ["CHOWN"]),
  drop(5, server, "security_opt"),
  set(5, server, "security_opt", ["no-new-privileges:true", "seccomp:unconfined"]),
  drop(6, server, "user"),
  set(6, "artifact-store", "user", "0:0"),
  set(6, "backend-store", "user", "70:70"),
  drop(7, server, "read_only"),
  set(7, "backend-store", "tmpfs", ["/tmp"]),
  mount(7, server, "/srv/x", false),
  set(7, "secrets-init", "network_mode", "bridge"),
  drop(8, "db-upgrade", "mem_limit"),
  drop(8, "db-upgrade", "cpus"),
  set(8, "db-upgrade", "pids_limit", -1),
  drop(8, "db-upgrade", "ulimits"),
  drop(9, "artifact-store", "healthcheck"),
  change(9, "PostgreSQL is asked through its socket", ({ "backend-store": store }) => {
    store.healthcheck.test = ["CMD", "pg_isready"];
  }),
  change(9, "the server has no time to start", ({ "tracking-server": tracking }) => {
    tracking.healthcheck.start_period = "5s";
  }),
  set(10, server, "restart", "always"),
  set(10, "db-upgrade", "restart", "unless-stopped"),
  mount(11, server, "/var/run/docker.sock", true),
  mount(11, server, "/", true),
  mount(11, server, "/etc/ssl", true),
  set(11, server, "privileged", true),
  set(11, server, "pid", "host"),
  drop(12, server, "logging"),
  change(12, "a log without an end", ({ "tracking-server": tracking }) => {
    delete tracking.logging.options["max-size"];
  }),
  variable(13, server, "AWS_SECRET_ACCESS_KEY", "x"),
  variable(13, server, "SOMETHING", "${POSTGRES_PASSWORD}"),
  variable(13, server, "AWS_SECRET_ACCESS_KEY_FILE", "/data/key"),
  variable(13, server, "HTTPS_PROXY", "http://user:password@proxy"),
  word(13, "db-upgrade", "$MLFLOW_DB_PASSWORD"),
  set(13, server, "labels", { note: "${AWS_SECRET_ACCESS_KEY}" }),
];

const productMutations: readonly Mutation[] = [
  variable(14, "artifact-store", "RUSTFS_NEW_BUCKET_DURABILITY_MODE", "relaxed"),
  variable(14, "artifact-store", "RUSTFS_DURABILITY_MODE", "relaxed"),
  variable(14, "artifact-store", "RUSTFS_DRIVE_SYNC_ENABLE", "false"),
  variable(14, "artifact-store", "RUSTFS_CONSOLE_ENABLE", "true"),
  variable(14, "artifact-store", "RUSTFS_CONSOLE_CORS_ALLOWED_ORIGINS", "*"),
  set(14, "artifact-store", "image", "rustfs/rustfs:0.9.9"),
  variable(15, "backend-store", "POSTGRES_HOST_AUTH_METHOD", "trust"),
  variable(15, "backend-store", "POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256"),
  variable(15, "backend-store", "POSTGRES_INITDB_ARGS", "--data-checksums"),
  word(15, "backend-store", "fsync=off"),
  word(15, "backend-store", "synchronous_commit=off"),
  set(15, "backend-store", "image", "postgres:17.2"),
  set(16, server, "command", ["mlflow", "server"]),
  set(16, server, "image", "mlflow-stacks/tracking-server:3.16.4-0123456789ab"),
  variable(17, server, "MLFLOW_SERVER_ALLOWED_HOSTS", "*"),
  variable(17, server, "MLFLOW_SERVER_ALLOWED_HOSTS", "127.0.0.1,localhost"),
  variable(17, server, "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", "*"),
  word(17, server, "--disable-security-middleware"),
  word(17, server, "--gunicorn-opts"),
  variable(18, server, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "true"),
  variable(18, server, "MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "true"),
  change(18, "no key for the gateway's secrets", ({ "tracking-server": tracking }) => {
    delete tracking.environment["MLFLOW_CRYPTO_KEK_PASSPHRASE_FILE"];
  }),
  change(18, "no key for the login forms", ({ "tracking-server": tracking }) => {
    delete tracking.environment["MLFLOW_FLASK_SERVER_SECRET_KEY_FILE"];
  }),
  variable(19, server, "MLFLOW_BACKEND_STORE_URI", "sqlite:////data/mlflow.db"),
  variable(19, server, "MLFLOW_ARTIFACTS_DESTINATION", "file:///data/artifacts"),
  variable(19, server, "MLFLOW_DEFAULT_ARTIFACT_ROOT", "/data"),
  change(
    19,
    "an external database gives way to a file",
    ({ "tracking-server": tracking }) => {
      tracking.environment["MLFLOW_BACKEND_STORE_URI"] = "sqlite:///x.db";
    },
    "remote-server-external",
  ),
];

export const mutations: readonly Mutation[] = [...containerMutations, ...productMutations];

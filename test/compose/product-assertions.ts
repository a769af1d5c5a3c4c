import type { ComposeFile } from "../../compose-templates/index.js";
import {
  backendStoreRequirements,
  mlflowVersionFloor,
  type MlflowDeployment,
} from "../../constructs/mlflow/index.js";
import type { Assertion } from "./assertions.js";

type Facts = Readonly<Record<string, boolean>>;

/** A rule about one service, as facts that must hold; nothing where the service does not run. */
function facts(
  number: number,
  rule: string,
  service: string,
  hold: (
    about: { environment: Readonly<Record<string, string>>; words: string; image: string },
    deployment: MlflowDeployment,
    file: ComposeFile,
  ) => Facts,
): Assertion {
  const violations: Assertion["violations"] = (file, deployment) => {
    const found = file.services[service];
    if (!found) return [];
    const { environment = {}, command = [], image } = found;
    const held = hold({ environment, words: command.join(" "), image }, deployment, file);
    return Object.entries(held)
      .filter(([, holds]) => !holds)
      .map(([fact]) => `${service}: ${fact}`);
  };
  return { number, rule, violations };
}

const atLeast = (version: string, floor: string): boolean => {
  const numbers = (text: string) => text.split(".").map(Number);
  const [have, need] = [numbers(version), numbers(floor)];
  const index = need.findIndex((number, place) => number !== have[place]);
  return index < 0 || (have[index] ?? Number.NaN) > (need[index] ?? 0);
};

const loopbackPort = (port: string) => /^(127\.[\d.]+|\[::1\]):/.test(port);

export const productAssertions: readonly Assertion[] = [
  facts(14, "RustFS is durable and has no console", "artifact-store", ({ environment, image }) => ({
    "new buckets are strict": environment["RUSTFS_NEW_BUCKET_DURABILITY_MODE"] === "strict",
    "buckets are strict": environment["RUSTFS_DURABILITY_MODE"] === "strict",
    "drives are synced": environment["RUSTFS_DRIVE_SYNC_ENABLE"] !== "false",
    "console off": environment["RUSTFS_CONSOLE_ENABLE"] === "false",
    "no origin is free": !/^$|\*/.test(environment["RUSTFS_CONSOLE_CORS_ALLOWED_ORIGINS"] ?? ""),
    "1.0 or newer": atLeast(/:(\d+\.\d+\.\d+)/.exec(image)?.[1] ?? "", "1.0.0"),
  })),
  // Deviation: that the volume is of the same major version is asked of the running stack.
  facts(15, "PostgreSQL asks for passwords and keeps what it said", "backend-store", (about) => {
    const { environment, words, image } = about;
    const initdb = environment["POSTGRES_INITDB_ARGS"] ?? "";
    return {
      "no trust": environment["POSTGRES_HOST_AUTH_METHOD"] !== "trust",
      scram: initdb.includes("--auth-host=scram-sha-256"),
      checksums: initdb.includes("--data-checksums"),
      "writes are synced": !/\b(fsync|full_page_writes|synchronous_commit)=off\b/.test(words),
      "one major version": /:18[.-]/.test(image),
    };
  }),
  facts(
    16,
    "MLflow is new enough and asks for a login, or is on loopback",
    "tracking-server",
    (about, deployment, file) => {
      const { login } = deployment.trackingServer;
      const ports = file.services["tracking-server"]?.ports ?? [];
      return {
        "version floor": atLeast(
          /:(\d+\.\d+\.\d+)-/.exec(about.image)?.[1] ?? "",
          mlflowVersionFloor,
        ),
        login: login ? about.words.includes("--app-name basic-auth") : ports.every(loopbackPort),
      };
    },
  ),
  facts(
    17,
    "only known hosts and origins get in",
    "tracking-server",
    ({ environment, words }, { trackingServer }) => {
      const hosts = (environment["MLFLOW_SERVER_ALLOWED_HOSTS"] ?? "").split(",");
      const origins = environment["MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"] ?? "";
      const names = trackingServer.publicUrls.map((url) => new URL(url).hostname);
      return {
        "no wildcard host": hosts.every((host) => /^[^*]+(:\*)?$/.test(host)),
        // An IPv6 address has its exact port instead, since MLflow reads "[" in a pattern as a class.
        "each name with and without port": names.every(
          (name) => hosts.includes(name) && (name.startsWith("[") || hosts.includes(`${name}:*`)),
        ),
        "no wildcard origin": origins !== "" && !origins.includes("*"),
        "middleware stays on":
          !/--(disable-security-middleware|gunicorn-opts|waitress-opts)/.test(words) &&
          environment["MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE"] === undefined,
      };
    },
  ),
  facts(
    18,
    "MLflow runs no code for others and signs with its own keys",
    "tracking-server",
    ({ environment }, { trackingServer, backendStore }) => {
      const fromSecret = (name: string) => environment[`${name}_FILE`] === `/run/secrets/${name}`;
      return {
        "no jobs": environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] === "false",
        "no pickles": environment["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] === "false",
        // Without a database there is nothing to encrypt, without a login nothing to sign.
        "key encryption":
          backendStore.kind === "file" || fromSecret("MLFLOW_CRYPTO_KEK_PASSPHRASE"),
        "form signature": !trackingServer.login || fromSecret("MLFLOW_FLASK_SERVER_SECRET_KEY"),
      };
    },
  ),
  // Deviation: a database of the user's own may be MySQL. Its URI is a secret, so the file says
  // which kind it is only by the driver. The login's tables are in the same database: run.py.
  facts(
    19,
    "remote-server keeps nothing in local files",
    "tracking-server",
    ({ environment }, { topology, backendStore }) => {
      if (topology !== "remote-server") return {};
      const uri = environment["MLFLOW_BACKEND_STORE_URI"];
      return {
        database:
          backendStore.kind === "external"
            ? uri === undefined && backendStoreRequirements(backendStore).length > 0
            : (uri ?? "").startsWith("postgresql+psycopg2://"),
        "own login tables": environment["MLFLOW_AUTH_CONFIG_PATH"] === undefined,
        artifacts: (environment["MLFLOW_ARTIFACTS_DESTINATION"] ?? "").startsWith("s3://"),
        "artifacts by proxy": environment["MLFLOW_DEFAULT_ARTIFACT_ROOT"] === undefined,
      };
    },
  ),
];

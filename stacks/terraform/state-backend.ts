import { ConfigError, Problems } from "../../constructs/mlflow/index.js";

/** Where Terraform keeps its state, which holds secrets. */
export type StateBackend =
  | { readonly kind: "local" }
  | {
      readonly kind: "s3";
      readonly bucket: string;
      readonly key: string;
      readonly region: string;
      /** Ask the server to encrypt. @default false with an endpoint, else true */
      readonly encrypt: boolean;
      /** URL of an S3 server that is not Amazon's. */
      readonly endpoint?: string;
      /** Of the shared AWS configuration files. */
      readonly profile?: string;
    }
  | { readonly kind: "pg"; readonly schemaName: string };

const setting = "MLSTACK_STATE";
const forms = "must be local, s3://bucket/key.tfstate?region=name, or pg://schema";
const pgAdvice =
  "must not hold how to reach the database; export PG_CONN_STR in the shell, and give pg or pg://schema";

/** Terraform's own name, so that `pg` finds a state that was made without this project. */
const defaultSchema = "terraform_remote_state";

/**
 * Reads the setting `MLSTACK_STATE`: `local` (also: unset),
 * `s3://bucket/key?region=…[&endpoint=…][&profile=…][&encrypt=…]`, `pg` or `pg://schema`. Credentials never stand
 * in it: S3's come from where AWS tools look, PostgreSQL's from `PG_CONN_STR`.
 *
 * @throws {ConfigError} with every problem, path `MLSTACK_STATE`; it repeats no password
 */
export function parseStateBackend(text: string | undefined): StateBackend {
  if (text === undefined || text === "" || text === "local") return { kind: "local" };
  if (text === "pg") return { kind: "pg", schemaName: defaultSchema };
  if (/^postgres(ql)?:/i.test(text) || /^pg:\/\/[^/]*[@:]/.test(text)) throw wrong(pgAdvice);
  if (text.startsWith("pg://")) return parsePg(text.slice("pg://".length));
  if (text.startsWith("s3://")) return parseS3(text);
  // It may be a URI with a password.
  throw wrong(text.includes("@") ? forms : `${forms}; got "${text}"`);
}

const wrong = (problem: string) => new ConfigError([{ path: setting, problem }]);

function parsePg(schemaName: string): StateBackend {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schemaName)) return { kind: "pg", schemaName };
  throw wrong(
    `must name a schema of lower case letters, digits and _, not beginning with a digit; got "${schemaName}"`,
  );
}

/** RustFS and MinIO refuse to encrypt until somebody gave them a key to do it with. */
const names = ["region", "endpoint", "profile", "encrypt"];

function parseS3(text: string): StateBackend {
  const [place = "", query = ""] = text.slice("s3://".length).split(/\?([^]*)/);
  if (place.includes("@")) {
    throw wrong("must not hold credentials; S3's are taken from where AWS tools look");
  }
  const slash = place.indexOf("/");
  const bucket = slash < 0 ? place : place.slice(0, slash);
  const key = slash < 0 ? "" : place.slice(slash + 1);
  const given = new URLSearchParams(query);
  const problems = new Problems();
  problems.require(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket),
    setting,
    `must name a bucket: 3 to 63 lower case letters, digits, dots and dashes; got "${bucket}"`,
  );
  problems.require(
    /^[^/\s](.*[^/\s])?$/.test(key),
    setting,
    `must name the object of the state after the bucket; got "${key}"; use s3://${bucket}/mlflow.tfstate`,
  );
  for (const name of new Set(given.keys())) {
    const isKnown = names.includes(name);
    problems.require(isKnown, setting, `can have ${names.join(", ")}; got "${name}"`);
    const isOnce = given.getAll(name).length === 1;
    problems.require(!isKnown || isOnce, setting, `must have one ${name}`);
  }
  const region = given.get("region") ?? "";
  problems.require(
    /^[a-z0-9-]+$/.test(region),
    setting,
    `must name the bucket's region; got "${region}"; add ?region=us-east-1`,
  );
  const endpoint = given.get("endpoint") ?? undefined;
  if (endpoint !== undefined) checkEndpoint(endpoint, problems);
  const profile = given.get("profile") ?? undefined;
  const encrypt = given.get("encrypt") ?? String(endpoint === undefined);
  const isAnswer = ["true", "false"].includes(encrypt);
  problems.require(isAnswer, setting, `must have encrypt=true or false; got "${encrypt}"`);
  problems.require(profile !== "", setting, "must name a profile, or have none");
  problems.throwIfAny();
  return {
    kind: "s3",
    bucket,
    key,
    region,
    encrypt: encrypt === "true",
    ...(endpoint && { endpoint }),
    ...(profile && { profile }),
  };
}

function checkEndpoint(endpoint: string, problems: Problems): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url && (url.username !== "" || url.password !== "")) {
    problems.add(setting, "must have an endpoint without credentials");
    return;
  }
  const isPlain = url !== undefined && /^https?:$/.test(url.protocol) && !url.search && !url.hash;
  problems.require(
    isPlain,
    setting,
    `must have an endpoint that is an http or https URL; got "${endpoint}"`,
  );
}

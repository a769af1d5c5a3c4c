import type { RequirementGroup } from "./container.js";
import { unreachable, type Problems } from "./errors.js";
import { address, dataPath, envValue, secretFile, type EnvValue } from "./env-value.js";
import { requireImage } from "./image.js";
import { deploymentSecret, type DeploymentSecret } from "./secrets.js";
import { images } from "./versions.js";

/**
 * Where MLflow keeps experiments, runs and the model registry.
 *
 * @see https://mlflow.org/docs/latest/self-hosting/architecture/backend-store/
 */
export type BackendStoreProps =
  /** Plain files under the data directory. In maintenance mode upstream; one user, loopback only. */
  | { readonly kind: "file" }
  /** One SQLite file under the data directory. */
  | { readonly kind: "sqlite" }
  /** A PostgreSQL container of the deployment. */
  | {
      readonly kind: "postgres";
      /** Image with PostgreSQL 18. @default "postgres:18.6-trixie" */
      readonly image?: string;
    }
  /** A database you run. Its URI is the secret `MLFLOW_BACKEND_STORE_URI`. */
  | {
      readonly kind: "external";
      /** Which driver the image needs: the start of that URI. @default "postgresql+psycopg2" */
      readonly driver?: ExternalDriver;
    };

/** `postgresql://` and `mysql://` alone name no driver, and SQLAlchemy 2.1 changed which it takes. */
export type ExternalDriver = "postgresql+psycopg2" | "mysql+pymysql";

export const externalDrivers = ["postgresql+psycopg2", "mysql+pymysql"] as const;

/** Name of the database and of the role that owns it. */
export const databaseName = "mlflow";

export type BackendStore =
  | { readonly kind: "file" }
  | { readonly kind: "sqlite" }
  | { readonly kind: "postgres"; readonly image: string }
  | { readonly kind: "external"; readonly driver: ExternalDriver };

export type BackendStoreKind = BackendStore["kind"];

export const backendStoreKinds = [
  "file",
  "sqlite",
  "postgres",
  "external",
] as const satisfies readonly BackendStoreKind[];

export function resolveBackendStore(props: BackendStoreProps, problems: Problems): BackendStore {
  switch (props.kind) {
    case "file":
    case "sqlite":
      return { kind: props.kind };
    case "postgres": {
      const image = props.image ?? images.postgres;
      requireImage(image, "backendStore.image", problems);
      problems.require(
        /:18([.-]|$|@)/.test(image) || /@sha256:/.test(image),
        "backendStore.image",
        `must be PostgreSQL 18, whose volume has another layout than older ones; got "${image}"`,
      );
      return { kind: "postgres", image };
    }
    case "external": {
      const driver = props.driver ?? "postgresql+psycopg2";
      problems.require(
        externalDrivers.includes(driver),
        "backendStore.driver",
        `must be ${externalDrivers.map((name) => `"${name}"`).join(" or ")}; got "${driver}"`,
      );
      return { kind: "external", driver };
    }
    default:
      return unreachable(props);
  }
}

/** What the tracking server's environment says about the store. */
export function backendStoreEnvironment(store: BackendStore): Record<string, EnvValue> {
  switch (store.kind) {
    case "file":
      return {
        MLFLOW_BACKEND_STORE_URI: dataPath("mlruns", "file-uri"),
        // Since 3.13 the file store raises without it.
        MLFLOW_ALLOW_FILE_STORE: [{ kind: "literal", text: "true" }],
      };
    case "sqlite":
      return { MLFLOW_BACKEND_STORE_URI: dataPath("mlflow.db", "sqlite-uri") };
    case "postgres":
      // libpq reads PGPASSWORD, so no password has to be put into a URI.
      return {
        MLFLOW_BACKEND_STORE_URI: envValue`postgresql+psycopg2://${literalPart(databaseName)}@${address("backend-store")}:5432/${literalPart(databaseName)}`,
        PGPASSWORD_FILE: secretFile("MLFLOW_DB_PASSWORD"),
      };
    case "external":
      return { MLFLOW_BACKEND_STORE_URI_FILE: secretFile("MLFLOW_BACKEND_STORE_URI") };
    default:
      return unreachable(store);
  }
}

const literalPart = (text: string) => ({ kind: "literal", text }) as const;

export function backendStoreSecrets(store: BackendStore): readonly DeploymentSecret[] {
  switch (store.kind) {
    case "file":
    case "sqlite":
      return [];
    case "postgres":
      return [deploymentSecret("POSTGRES_PASSWORD"), deploymentSecret("MLFLOW_DB_PASSWORD")];
    case "external":
      return [deploymentSecret("MLFLOW_BACKEND_STORE_URI")];
    default:
      return unreachable(store);
  }
}

/** The driver that the tracking server's image needs. */
export function backendStoreRequirements(store: BackendStore): readonly RequirementGroup[] {
  switch (store.kind) {
    case "file":
    case "sqlite":
      return [];
    case "postgres":
      return ["postgres"];
    case "external":
      return [store.driver === "mysql+pymysql" ? "mysql" : "postgres"];
    default:
      return unreachable(store);
  }
}

/** Whether the store has a schema for `mlflow db upgrade`, and tables for logins. */
export const isDatabase = (store: BackendStore): boolean => store.kind !== "file";

/** Whether the store is files on the tracking server's data volume. */
export const keepsBackendFiles = (store: { readonly kind: BackendStoreKind }): boolean =>
  store.kind === "file" || store.kind === "sqlite";

/** Port that databases of a driver listen on by themselves. */
export const databasePorts: Readonly<Record<ExternalDriver, number>> = {
  "postgresql+psycopg2": 5432,
  "mysql+pymysql": 3306,
};

import {
  deploymentSecret,
  type DeploymentSecret,
  type MlflowDeployment,
  type SecretName,
} from "../mlflow/index.js";
import type { AwsTarget } from "./aws-target.js";
import { isLoopback } from "./loopback.js";

/** Secrets of a PostgreSQL beside the server, which RDS has in its place. */
const ownDatabase: readonly SecretName[] = ["POSTGRES_PASSWORD", "MLFLOW_DB_PASSWORD"];

/** What people open: HTTPS under the domain, or a port of their own machine through SSM. */
export const hostUrl = (
  { trackingServer }: MlflowDeployment,
  { domain }: Pick<AwsTarget, "domain">,
): string => (domain ? `https://${domain.name}` : `http://localhost:${trackingServer.port}`);

/**
 * A deployment as it is on its instance: open to the load balancer or to nobody else, under the
 * name that people type, and with RDS as a database of somebody else's.
 */
export function hostDeployment(deployment: MlflowDeployment, target: AwsTarget): MlflowDeployment {
  const { trackingServer } = deployment;
  return {
    ...deployment,
    trackingServer: {
      ...trackingServer,
      bindAddress: target.domain ? "0.0.0.0" : "127.0.0.1",
      publicUrls: publicUrls(deployment, target),
    },
    ...(usesRds(deployment, target) && {
      backendStore: { kind: "external", driver: "postgresql+psycopg2" },
      secrets: withUri(deployment.secrets),
    }),
  };
}

/** A page on somebody's own machine speaks to the server through SSM's port forwarding alone. */
function publicUrls(deployment: MlflowDeployment, target: AwsTarget): readonly string[] {
  const given = deployment.trackingServer.publicUrls;
  const url = hostUrl(deployment, target);
  if (!target.domain) return [...new Set([...given, url])];
  return [...new Set([url, ...given.filter((each) => !isLoopback(each))])];
}

/** Whether the database is one that RDS runs, and not a container or the user's own. */
export const usesRds = (
  { backendStore }: MlflowDeployment,
  { hostDatabase }: Pick<AwsTarget, "hostDatabase">,
): boolean => backendStore.kind === "postgres" && hostDatabase === "rds";

/** Whether the server may be told to check a certificate of RDS: the stack's own, or the user's. */
export function mayUseRds(deployment: MlflowDeployment, target: AwsTarget): boolean {
  const { backendStore } = hostDeployment(deployment, target);
  return backendStore.kind === "external" && backendStore.driver.startsWith("postgresql");
}

const withUri = (secrets: readonly DeploymentSecret[]): readonly DeploymentSecret[] => [
  deploymentSecret("MLFLOW_BACKEND_STORE_URI"),
  ...secrets.filter(({ name }) => !ownDatabase.includes(name)),
];

import fc from "fast-check";
import { hostProfileNames, type MlflowDeploymentProps } from "../../constructs/mlflow/index.js";

type Server = NonNullable<MlflowDeploymentProps["trackingServer"]>;

const login = fc.constantFrom(true, { adminUsername: "ops", defaultPermission: "EDIT" } as const);
const publicUrls = fc.constantFrom(["https://mlflow.example.com"], ["http://[fd00::1]:5000"]);
const prefix = fc.constantFrom("", "a", "team/b");

const remoteServers = fc.record<MlflowDeploymentProps>(
  {
    topology: fc.constant("remote-server"),
    profile: fc.constantFrom(...hostProfileNames),
    trackingServer: fc
      .record<Server>({ login, publicUrls, port: fc.nat(65534) }, { requiredKeys: [] })
      .map(({ port = 4999, ...server }) => ({ ...server, port: port + 1 })),
    backendStore: fc.constantFrom(
      { kind: "postgres" } as const,
      { kind: "external" } as const,
      { kind: "external", driver: "mysql+pymysql" } as const,
    ),
    artifactStore: fc.oneof(
      fc.record({ kind: fc.constant("rustfs" as const), prefix }),
      fc.record({ kind: fc.constant("s3" as const), bucket: fc.constant("bucket"), prefix }),
      fc.record({
        kind: fc.constant("s3-compatible" as const),
        bucket: fc.constant("bucket"),
        endpoint: fc.constant("https://x"),
      }),
    ),
  },
  { requiredKeys: ["topology"] },
);

const localhosts = fc.record<MlflowDeploymentProps>(
  {
    topology: fc.constant("localhost-database"),
    profile: fc.constantFrom(...hostProfileNames),
    trackingServer: fc.record<Server>({ login, user: fc.constant("1000:1000") }),
    backendStore: fc.constantFrom(
      { kind: "sqlite" } as const,
      { kind: "postgres" } as const,
      { kind: "external" } as const,
    ),
  },
  { requiredKeys: ["topology"] },
);

/** Props of any deployment. */
export const anyProps = fc.oneof(
  remoteServers,
  localhosts,
  fc.constant<MlflowDeploymentProps>({ topology: "localhost-files" }),
);

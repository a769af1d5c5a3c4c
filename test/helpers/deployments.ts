import {
  ConfigError,
  resolveDeployment,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";

/** The same fields with any values, for input that the compiler would refuse. */
type Loose<T> = { readonly [K in keyof T]?: unknown };

type LooseProps = Omit<Loose<MlflowDeploymentProps>, "trackingServer"> & {
  readonly trackingServer?: Loose<NonNullable<MlflowDeploymentProps["trackingServer"]>>;
};

type Overrides = Omit<Partial<MlflowDeploymentProps>, "topology">;

export const localhostFiles = (overrides: Overrides = {}): MlflowDeploymentProps => ({
  topology: "localhost-files",
  ...overrides,
});

export const localhostDatabase = (overrides: Overrides = {}): MlflowDeploymentProps => ({
  topology: "localhost-database",
  ...overrides,
});

export const remoteServer = (overrides: Overrides = {}): MlflowDeploymentProps => ({
  topology: "remote-server",
  ...overrides,
});

/** What the resolver answers to one bad fragment in an otherwise good deployment. */
export function refusal(fragment: LooseProps, good = remoteServer()): string {
  const trackingServer = { ...good.trackingServer, ...fragment.trackingServer };
  return messageOf(() =>
    resolveDeployment({ ...good, ...fragment, trackingServer } as MlflowDeploymentProps),
  );
}

/** The whole text of the `ConfigError` that `action` throws. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "(accepted)";
}

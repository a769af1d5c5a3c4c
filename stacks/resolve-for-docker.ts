import {
  resolveDockerHost,
  type DockerHost,
  type DockerHostProps,
} from "../constructs/docker/host.js";
import {
  Problems,
  resolveDeployment,
  type MlflowDeployment,
  type MlflowDeploymentProps,
} from "../constructs/mlflow/index.js";

/** A Docker host, and where on it the server listens. */
export interface DockerTargetProps {
  /** @default - the engine of this machine */
  readonly host?: DockerHostProps;
  /** Address of the host, such as `192.168.1.20`. @default - `trackingServer.bindAddress` */
  readonly bindAddress?: string;
  /** @default - `trackingServer.port` */
  readonly port?: number;
}

/**
 * A deployment and the Docker host that it runs on.
 *
 * @throws {ConfigError} with every problem of both, in the words of the target where it has them
 */
export function resolveForDocker(
  props: MlflowDeploymentProps,
  { host: asked, bindAddress, port }: DockerTargetProps,
): { readonly deployment: MlflowDeployment; readonly host?: DockerHost } {
  const stated = {
    ...(bindAddress !== undefined && { bindAddress }),
    ...(port !== undefined && { port }),
  };
  const trackingServer = { ...props.trackingServer, ...stated };
  const found = new Problems();
  const deployment = found.attempt(() => resolveDeployment({ ...props, trackingServer }));
  const host = asked && found.attempt(() => resolveDockerHost(asked));
  const problems = new Problems();
  for (const { path, problem } of found.error().problems) {
    const [, field = ""] = /^trackingServer\.(.*)$/.exec(path) ?? [];
    const ours = path.replace(/^dockerHost\./, "target.host.");
    problems.add(field in stated ? `target.${field}` : ours, problem);
  }
  problems.throwIfAny();
  if (!deployment) throw new Error("bug: no deployment, and no problem with it");
  return { deployment, ...(host && { host }) };
}

import type {
  ContainerRole,
  ContainerSpec,
  HostProfileName,
  ContainerPlan,
  VolumeName,
} from "../constructs/mlflow/index.js";
import { renderService } from "./service.js";
import type { ComposeFile, ComposeService } from "./types.js";
import { formatYaml } from "./yaml.js";

/** Last word on a service, for what the model has no field for. Runs after everything else. */
export type ComposeTransform = Partial<
  Record<ContainerRole, (service: ComposeService) => ComposeService>
>;

export interface RenderComposeOptions {
  /** Name and tag of the tracking server's image. */
  readonly image: string;
  readonly profile: HostProfileName;
  readonly transform?: ComposeTransform;
}

/** The Compose file as data. */
export function renderComposeFile(plan: ContainerPlan, options: RenderComposeOptions): ComposeFile {
  const { containers } = plan;
  const volumes = containers.flatMap(({ mounts }) =>
    mounts.flatMap(({ source }): VolumeName[] => (source.kind === "volume" ? [source.name] : [])),
  );
  const networks = new Set(containers.flatMap((container) => container.networks));
  const secrets = containers.flatMap((container) => container.secrets);
  return {
    name: plan.name,
    services: Object.fromEntries(
      containers.map((container) => [container.role, renderTransformed(container, options)]),
    ),
    ...(networks.size > 0 && {
      networks: {
        ...(networks.has("front") && { front: {} }),
        ...(networks.has("stores") && { stores: { internal: true as const } }),
      },
    }),
    ...(volumes.length > 0 && {
      volumes: Object.fromEntries([...new Set(volumes)].sort().map((name) => [name, {}])),
    }),
    ...(secrets.length > 0 && {
      secrets: Object.fromEntries([...secrets].sort().map((name) => [name, { environment: name }])),
    }),
  };
}

function renderTransformed(
  container: ContainerSpec,
  options: RenderComposeOptions,
): ComposeService {
  const service = renderService(container, options.image, options.profile);
  return options.transform?.[container.role]?.(service) ?? service;
}

/** The Compose file as text. */
export function formatComposeFile(file: ComposeFile): string {
  return formatYaml(file, [
    "Made by mlflow-stacks; the next `mlstack generate` replaces it. Docker Compose 2.24 or newer.",
    "Secrets come from .env beside it and reach each container as files of its own.",
  ]);
}

import type { Image } from "@cdktf/provider-docker/lib/image/index.js";
import type { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { DataResource, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ContainerSpec } from "../mlflow/index.js";
import type { RenderContext } from "./container-config.js";
import type { DockerHost } from "./host.js";
import { hostCommand } from "./host-command.js";
import { renderJob } from "./job-words.js";
import { containerName } from "./names.js";

export interface JobProps {
  readonly container: ContainerSpec;
  readonly context: Omit<RenderContext, "image">;
  readonly image: Image;
  readonly host: DockerHost;
  readonly dependsOn: readonly ITerraformDependable[];
  readonly transform: ((words: readonly string[]) => readonly string[]) | undefined;
  /** What it reads on standard input. */
  readonly input: string | undefined;
  readonly volumes: readonly Volume[];
}

/**
 * A job: runs when anything that it is made of changes, and again after it failed. Terraform fails
 * with it.
 */
export class Job extends Construct {
  readonly resource: DataResource;
  /** Those that it prepares, itself or through others: with an empty one it must run again. */
  readonly volumes: readonly Volume[];

  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id);
    const { container, context, image, host, dependsOn, transform, input, volumes } = props;
    this.volumes = volumes;
    const words = renderJob(container, { ...context, image: image.name });
    const run = transform?.(words) ?? words;
    // What a run that was cut off has left.
    const remove = ["rm", "--force", containerName(context.deployment, container.role)];
    this.resource = new DataResource(this, "Resource", {
      triggersReplace: { image: image.imageId, run: [...run] },
      dependsOn: [...dependsOn],
      ...(volumes.length > 0 && { lifecycle: { replaceTriggeredBy: volumes.map(addressOf) } }),
      provisioners: [hostCommand(host, { commands: [remove, run], ...(input && { input }) })],
    });
  }
}

/** A plain address: Terraform takes no `${…}` around it here, which the library would write. */
const addressOf = (volume: Volume): string =>
  `${volume.terraformResourceType}.${volume.friendlyUniqueId}`;

import { Container, type ContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";
import type { Image } from "@cdktf/provider-docker/lib/image/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ContainerSpec } from "../mlflow/index.js";
import { renderContainer, type RenderContext } from "./container-config.js";
import type { DockerHost } from "./host.js";
import { hostCommand } from "./host-command.js";

export interface RunningContainerProps {
  readonly container: ContainerSpec;
  readonly context: Omit<RenderContext, "image">;
  readonly image: Image;
  readonly host: DockerHost;
  readonly dependsOn: readonly ITerraformDependable[];
  readonly transform: ((config: ContainerConfig) => ContainerConfig) | undefined;
}

/** A container that keeps running; Terraform goes on once it is healthy. */
export class RunningContainer extends Construct {
  readonly resource: Container;

  constructor(scope: Construct, id: string, props: RunningContainerProps) {
    super(scope, id);
    const { container, context, image, host, dependsOn, transform } = props;
    const pids = ["update", "--pids-limit", String(container.resources.pids), "${self.id}"];
    const config: ContainerConfig = {
      ...renderContainer(container, { ...context, image: image.imageId }),
      dependsOn: [...dependsOn],
      // The provider has no attribute for it.
      provisioners: [hostCommand(host, { commands: [pids] })],
    };
    this.resource = new Container(this, "Resource", transform?.(config) ?? config);
  }
}

import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { MlflowDeployment, type MlflowDeploymentProps } from "../constructs/docker/index.js";
import { escapeTemplate } from "../constructs/docker/resolver.js";
import { addBackend } from "./terraform/add-backend.js";
import type { StateBackend } from "./terraform/state-backend.js";

export interface DockerStackProps extends MlflowDeploymentProps {
  /** Where Terraform keeps the state. @default - beside the configuration */
  readonly state?: StateBackend;
  /** File of a local state, relative to the folder of the configuration. */
  readonly statePath?: string;
}

/** A deployment on a Docker host, with what its users ask for as outputs. */
export class DockerStack extends TerraformStack {
  readonly mlflow: MlflowDeployment;

  constructor(scope: Construct, id: string, props: DockerStackProps) {
    super(scope, id);
    const { state = { kind: "local" }, statePath = "terraform.tfstate", ...rest } = props;
    addBackend(this, state, statePath);
    this.mlflow = new MlflowDeployment(this, "mlflow", rest);
    const { login } = rest.deployment.trackingServer;
    this.addOutput("tracking_uri", this.mlflow.url);
    if (login) this.addOutput("tracking_username", login.adminUsername);
    this.addOutput("docker_host", rest.host?.url ?? "");
  }

  private addOutput(name: string, value: string): void {
    new TerraformOutput(this, name, { value: escapeTemplate(value), staticId: true });
  }
}

import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { MlflowDeployment, type MlflowDeploymentProps } from "../constructs/aws/index.js";
import { addBackend } from "./terraform/add-backend.js";
import type { StateBackend } from "./terraform/state-backend.js";

export interface AwsStackProps extends MlflowDeploymentProps {
  /** Where Terraform keeps the state. @default - beside the configuration */
  readonly state?: StateBackend;
  /** File of a local state, relative to the folder of the configuration. */
  readonly statePath?: string;
}

/** A deployment on AWS, with what its users ask for as outputs. */
export class AwsStack extends TerraformStack {
  readonly mlflow: MlflowDeployment;

  constructor(scope: Construct, id: string, props: AwsStackProps) {
    super(scope, id);
    const { state = { kind: "local" }, statePath = "terraform.tfstate", ...rest } = props;
    addBackend(this, state, statePath);
    this.mlflow = new MlflowDeployment(this, "mlflow", rest);
    const { url, bucket, loadBalancer, adminPasswordSecret, instanceId } = this.mlflow.outputs;
    const { login } = rest.deployment.trackingServer;
    this.addOutput("tracking_uri", url);
    if (login) this.addOutput("tracking_username", login.adminUsername);
    // By these the command knows whose state it has before it, and what it may destroy.
    this.addOutput("deployment", rest.deployment.name);
    this.addOutput("region", rest.target.region);
    this.addOutput("protected", String(rest.target.protect));
    this.addOutput("artifact_bucket", bucket);
    if (loadBalancer !== undefined) this.addOutput("load_balancer", loadBalancer);
    if (adminPasswordSecret) this.addOutput("admin_password_secret", adminPasswordSecret);
    if (instanceId) this.addOutput("instance_id", instanceId);
  }

  private addOutput(name: string, value: string): void {
    new TerraformOutput(this, name, { value, staticId: true });
  }
}

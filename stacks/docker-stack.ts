import { LocalBackend, PgBackend, S3Backend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { MlflowDeployment, type MlflowDeploymentProps } from "../constructs/docker/index.js";
import { escapeTemplate } from "../constructs/docker/resolver.js";
import { unreachable } from "../constructs/mlflow/index.js";
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

function addBackend(stack: TerraformStack, state: StateBackend, path: string): void {
  switch (state.kind) {
    case "local":
      new LocalBackend(stack, { path });
      return;
    case "s3": {
      const { bucket, key, region, encrypt, endpoint, profile } = state;
      new S3Backend(stack, {
        bucket,
        key,
        region,
        encrypt,
        ...(profile !== undefined && { profile }),
      });
      // Newer than the bindings: S3 itself keeps the lock.
      stack.addOverride("terraform.backend.s3.use_lockfile", true);
      if (endpoint !== undefined) {
        stack.addOverride("terraform.backend.s3.endpoints", { s3: endpoint });
        for (const flag of ownServerFlags) stack.addOverride(`terraform.backend.s3.${flag}`, true);
      }
      return;
    }
    case "pg":
      // The connection string stays in PG_CONN_STR; the bindings want one all the same.
      new PgBackend(stack, { connStr: "", schemaName: state.schemaName });
      stack.addOverride("terraform.backend.pg.conn_str", undefined);
      return;
    default:
      unreachable(state);
  }
}

/** What only Amazon's own S3 answers. */
const ownServerFlags = [
  "use_path_style",
  "skip_credentials_validation",
  "skip_requesting_account_id",
  "skip_metadata_api_check",
  "skip_region_validation",
  "skip_s3_checksum",
] as const;

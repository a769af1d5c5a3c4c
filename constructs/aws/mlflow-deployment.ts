import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity/index.js";
import { AwsProvider, type AwsProviderConfig } from "@cdktf/provider-aws/lib/provider/index.js";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { type MlflowDeployment as Deployment, unreachable } from "../mlflow/index.js";
import { ArtifactStore } from "./artifact-store.js";
import { requireAwsDeployment } from "./aws-deployment.js";
import type { AwsTarget } from "./aws-target.js";
import type { AwsContext } from "./context.js";
import { EncryptionKey } from "./encryption-key.js";
import { Host, type HostFiles } from "./host.js";
import { jobProfile } from "./job-profile.js";
import { LoadBalancer } from "./load-balancer.js";
import { Managed } from "./managed.js";
import { requireParts, type AwsTransform } from "./transform.js";

export interface MlflowDeploymentProps {
  readonly deployment: Deployment;
  readonly target: AwsTarget;
  /** What an instance runs; required by the shape `host`, and by no other. */
  readonly files?: HostFiles;
  /** Last word on a part of the shape. */
  readonly transform?: AwsTransform;
  /**
   * Further arguments of the provider, such as `profile`, which the jobs of the shape `managed` use
   * as well; other credentials are for the shape `host` alone.
   */
  readonly provider?: AwsProviderConfig;
  /**
   * Releases of hashicorp/aws. The bindings were made for 6.25.
   * @default ">= 5.100.0, < 7.0.0"
   */
  readonly providerVersion?: string;
}

/** What its users are told. Values may be Terraform references. */
export interface AwsOutputs {
  /** Where people open it; through SSM's port forwarding a port of their own machine. */
  readonly url: string;
  readonly bucket: string;
  /** Name in DNS that AWS gave the load balancer; undefined: there is none. */
  readonly loadBalancer: string | undefined;
  /** ARN of the secret with the admin's first password; undefined: there is no login. */
  readonly adminPasswordSecret: string | undefined;
  /** Id of the instance; undefined: there is none. */
  readonly instanceId: string | undefined;
}

/**
 * A deployment on AWS, in one of two shapes.
 *
 * @throws {ConfigError} for what AWS can't run
 */
export class MlflowDeployment extends Construct {
  readonly outputs: AwsOutputs;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: MlflowDeploymentProps,
  ) {
    super(scope, id);
    const { deployment, target, files, transform = {} } = props;
    requireAwsDeployment(deployment, target);
    requireParts(target, files, transform);
    const profile = jobProfile(target, props.provider);
    this.addProvider();
    const { name } = deployment;
    const accountId = new DataAwsCallerIdentity(this, "account").accountId;
    const key = new EncryptionKey(this, "encryption-key", {
      name,
      accountId,
      region: target.region,
      protect: target.protect,
    });
    const artifactStore = new ArtifactStore(this, "artifact-store", { deployment, target });
    const context = { deployment, target, name, accountId, profile, key, artifactStore };
    this.outputs = this.addShape(context);
  }

  private addShape(context: AwsContext): AwsOutputs {
    const { target, transform = {}, files } = this.props;
    switch (target.shape) {
      case "managed": {
        const { loadBalancer, secrets } = new Managed(this, "managed", context, transform);
        const adminPasswordSecret = secrets.arnOf("MLFLOW_AUTH_ADMIN_PASSWORD");
        const common = this.common(context, loadBalancer.url);
        return { ...common, adminPasswordSecret, instanceId: undefined };
      }
      case "host": {
        if (!files) throw new Error("bug: the shape host without its files");
        const host = new Host(this, "host", context, files, transform);
        const { url, adminPasswordSecret, instanceId } = host;
        return { ...this.common(context, url), adminPasswordSecret, instanceId };
      }
      default:
        return unreachable(target.shape);
    }
  }

  private common({ artifactStore }: AwsContext, url: string) {
    // In either shape, and in one of them only with a domain.
    const balancer = this.node.findAll().find((node) => node instanceof LoadBalancer);
    const loadBalancer = balancer?.resource.dnsName;
    return { url, bucket: artifactStore.bucket, loadBalancer };
  }

  private addProvider(): void {
    const { target, deployment, provider, providerVersion = ">= 5.100.0, < 7.0.0" } = this.props;
    const stack = TerraformStack.of(this);
    stack.addOverride("terraform.required_providers.aws.version", providerVersion);
    // Ephemeral values and arguments that can only be written.
    stack.addOverride("terraform.required_version", ">= 1.11.0");
    new AwsProvider(this, "provider", {
      region: target.region,
      defaultTags: [{ tags: { "mlflow-stacks:deployment": deployment.name } }],
      ...provider,
    });
  }
}

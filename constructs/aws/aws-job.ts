import { AssetType, DataResource, TerraformAsset, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageDirectory } from "../image/index.js";
import type { AwsContext } from "./context.js";

/** Verbs of the program that jobs run; see `stacks/aws-job`. */
export type AwsJobVerb = "push-image" | "migrate" | "start" | "snapshot";

export interface AwsJobProps {
  readonly verb: AwsJobVerb;
  readonly context: Pick<AwsContext, "profile">;
  /** What it is told. Values may be Terraform references, and none is secret. */
  readonly input: Readonly<Record<string, unknown>>;
  /** It runs when one of these changes, and again after it failed. */
  readonly triggers: Readonly<Record<string, string>>;
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * What AWS does only when it is asked by a program, and Terraform has no resource for: it runs on
 * the machine that Terraform runs on, with the credentials that the provider finds there, or with
 * its profile.
 */
export class AwsJob extends Construct {
  readonly resource: DataResource;

  constructor(scope: Construct, id: string, props: AwsJobProps) {
    super(scope, id);
    const { verb, context, input, triggers, dependsOn } = props;
    const program = new TerraformAsset(this, "program", {
      path: builtProgram(),
      type: AssetType.FILE,
      // Its content is no reason to run again.
      assetHash: verb,
    });
    this.resource = new DataResource(this, "Resource", {
      triggersReplace: { ...triggers },
      dependsOn: [...dependsOn],
      provisioners: [
        {
          type: "local-exec",
          interpreter: ["node", `\${path.module}/${program.path}`],
          command: verb,
          environment: {
            MLSTACK_JOB: JSON.stringify(input),
            ...(context.profile !== undefined && { AWS_PROFILE: context.profile }),
          },
        },
      ],
    });
  }
}

/** One file with all that it needs, so that a synthesised folder can be applied elsewhere. */
function builtProgram(): string {
  const path = join(packageDirectory(), "dist", "aws-job.mjs");
  if (!existsSync(path)) throw new Error(`there is no ${path}; make it with: npm run build`);
  return path;
}

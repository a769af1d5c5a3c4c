import { execa } from "execa";
import { resolve } from "node:path";
import { programOf, pythonEnvironment } from "../helpers/e2e/client-environment.js";

type Document = Readonly<Record<string, unknown>>;

/** A request, or all of them. Documents are policies without references. */
export interface PolicyQuestion {
  /** Policies of the role that asks. */
  readonly identity: readonly Document[];
  /** Policies of what is asked for. */
  readonly resource?: readonly Document[];
  /** Policies that each has to allow it, too, such as those of a VPC's endpoint. */
  readonly bounds?: readonly Document[];
  readonly request?: readonly [action: string, resource: string];
  readonly context?: Readonly<Record<string, string>>;
  /** Patterns of resources: the question is whether anything beside them is allowed. */
  readonly outside?: readonly string[];
}

/** A request that is allowed, as an example; null: none is. */
export type PolicyAnswer = readonly [action: string, resource: string] | null;

/** Asks a solver that knows how IAM decides. */
export async function askPolicies(
  questions: readonly PolicyQuestion[],
): Promise<readonly PolicyAnswer[]> {
  const requirements = resolve(import.meta.dirname, "policy-requirements.txt");
  const python = programOf(await pythonEnvironment("aws-policies", requirements), "python");
  const script = resolve(import.meta.dirname, "../helpers/aws/evaluate_policies.py");
  const { stdout } = await execa(python, [script], { input: JSON.stringify(questions) });
  return JSON.parse(stdout) as PolicyAnswer[];
}

/** The text of a policy with an example in place of each reference. */
export function documentOf(text: unknown): Document {
  const known = String(text).replaceAll(/\$\{([^}]*)\}/g, (_, reference: string) => {
    const [, type = "", name = "", attribute] =
      /^(?:data\.)?(\w+)\.([\w-]+)\.(.*)/.exec(reference) ?? [];
    const part = /_([A-Z_]+)_[0-9A-F]{8}$/.exec(name)?.[1] ?? name;
    switch (`${type}.${attribute?.split("[")[0]}`) {
      case "aws_caller_identity.account_id":
        return "123456789012";
      case "aws_secretsmanager_secret.arn":
        return secretArn(part);
      case "aws_db_instance.master_user_secret":
        return secretArn("rds-master");
      case "aws_kms_key.arn":
        return "arn:aws:kms:eu-central-1:123456789012:key/own";
      case "aws_ecr_repository.arn":
        return "arn:aws:ecr:eu-central-1:123456789012:repository/own";
      default:
        throw new Error(`no example of ${reference}`);
    }
  });
  return JSON.parse(known) as Document;
}

export const secretArn = (name: string): string =>
  `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}`;

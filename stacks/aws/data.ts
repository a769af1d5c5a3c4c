import { ConfigError } from "../../constructs/mlflow/index.js";
import type { State, StateResource } from "../terraform/state.js";
import { stackCommand } from "../stack/command-line.js";
import { goingNames, leavesSnapshot } from "./left.js";
import type { AwsOptions } from "./options.js";
import type { AwsSettings } from "./settings.js";

/** What a state holds that can't be made again. */
export interface AwsData {
  /** Resources of all kinds. */
  readonly all: number;
  /** What has data, such as `database mlflow-aws`. */
  readonly names: readonly string[];
  /** What AWS itself refuses to remove as it was deployed last. */
  readonly protected: readonly string[];
  readonly bucket: string | undefined;
  /** Name of the last snapshot that RDS takes. */
  readonly snapshot: string | undefined;
  /** Id of the data volume, of which AWS takes a last snapshot. */
  readonly volume: string | undefined;
  /** Id of the key. */
  readonly key: string | undefined;
}

/** Types that hold data, and the attribute that people know one by. */
const holding: Readonly<Record<string, readonly [word: string, attribute: string]>> = {
  aws_db_instance: ["database", "identifier"],
  aws_ebs_volume: ["data volume", "id"],
  aws_s3_bucket: ["bucket", "bucket"],
  aws_secretsmanager_secret: ["secret", "name"],
  aws_kms_key: ["key", "key_id"],
};

/** What the state holds. A bucket of files that are made again is no data. */
export function dataIn(state: State | undefined): AwsData {
  const all = (state?.resources ?? []).filter(({ mode }) => mode === "managed");
  const data = all.filter(holdsData);
  const one = (type: string, attribute: string) => {
    const value = data.find((resource) => resource.type === type)?.values[attribute];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return {
    all: all.length,
    names: data.map(nameOf),
    protected: all.filter(isProtected).map(nameOf),
    bucket: one("aws_s3_bucket", "bucket"),
    snapshot: one("aws_db_instance", "final_snapshot_identifier"),
    volume: one("aws_ebs_volume", "id"),
    key: one("aws_kms_key", "key_id"),
  };
}

type Named = Pick<StateResource, "type" | "address">;

/** Whether it holds what can't be made again. */
export const holdsData = ({ type, address }: Named): boolean =>
  type in holding && !(type === "aws_s3_bucket" && !address.includes("artifact-store"));

/** `data-volume`: what a flag calls data of this type. */
export const dataWord = (type: string): string => (holding[type]?.[0] ?? type).replaceAll(" ", "-");

const isProtected = ({ values }: StateResource): boolean =>
  values["deletion_protection"] === true || values["enable_deletion_protection"] === true;

type Valued = Named & Pick<StateResource, "values">;

/** `database mlflow-aws`; undefined: its type has no such name. */
export const wordsFor = (resource: Valued): string | undefined =>
  resource.type in holding || resource.type === "aws_lb" ? nameOf(resource) : undefined;

function nameOf({ type, values, address }: Valued): string {
  const [word = "", attribute = ""] = holding[type] ?? ["load balancer", "name"];
  return `${word} ${String(values[attribute] ?? address)}`;
}

/**
 * Refuses before anything is done.
 *
 * @throws {ConfigError} naming what would go, and the way
 */
export function requireDestroyable(
  found: AwsData,
  { target }: Pick<AwsSettings, "target">,
  options: AwsOptions & { readonly deleteData: boolean },
): void {
  const { deleteData, ...given } = options;
  const list = found.names.join(", ");
  const command = (verb: string, more: readonly string[]) =>
    stackCommand(verb, "aws", { ...(given.out !== undefined && { out: given.out }) }, more);
  const second = command("destroy", ["--delete-data"]);
  if (target.protect || found.protected.length > 0) {
    const first = command("deploy", ["--set", "MLSTACK_AWS_PROTECT=false"]);
    const what = target.protect
      ? `is on, and guards ${list}`
      : `was on in the last deploy, and AWS still guards ${found.protected.join(", ")}`;
    throw new ConfigError([
      {
        path: "MLSTACK_AWS_PROTECT",
        problem: `${what}; nothing was touched; where a first deploy failed, the one without protection may fail too; to destroy all of it: ${first}, and then: ${second}`,
      },
    ]);
  }
  if (deleteData || found.names.length === 0) return;
  const takes =
    found.snapshot === undefined
      ? "AWS takes a last snapshot"
      : `RDS takes the snapshot ${found.snapshot}`;
  const key = leavesSnapshot(found);
  const snapshot = key ? ` (${takes} before, and the key stays with it)` : "";
  const going = goingNames(found, { bucket: false, key }).join(", ");
  throw new ConfigError([
    {
      path: "--delete-data",
      problem: `must be given, because these go with all that is in them: ${going}${snapshot}; nothing was touched; use: ${second}`,
    },
  ]);
}

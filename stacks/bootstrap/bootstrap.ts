import { basename, join, relative, sep } from "node:path";
import { Problems } from "../../constructs/mlflow/index.js";
import { awsFolder, awsName } from "../aws/standard.js";
import { outFolder, readValues, settingsFileName, settingsText } from "../settings.js";
import { awsFailure } from "../tools/aws-failure.js";
import { confirmed } from "../tools/confirm.js";
import { readDotenvFile } from "../tools/dotenv-file.js";
import { writeFileAtomically } from "../tools/files.js";
import { selfCommand } from "../tools/self.js";
import { shellWord } from "../tools/shell-word.js";
import { findAccount, requireRegion, type Account } from "./account.js";
import { StateBucket, type Missing } from "./state-bucket.js";

export interface BootstrapOptions {
  readonly region?: string;
  readonly bucket?: string;
  readonly out?: string;
  readonly yes?: boolean;
}

const setting = "MLSTACK_STATE";

interface StatePlace {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
}

/** `mlstack bootstrap aws`: makes the bucket of Terraform's state, and names it in the settings. */
export async function bootstrap(target: string, options: BootstrapOptions): Promise<number> {
  const { bucket } = options;
  requireInput(target, options);
  const out = outFolder(awsFolder, options);
  const key = stateKey(out);
  try {
    const account = await findAccount(options.region);
    const name = bucket ?? `mlflow-stacks-state-${account.id}-${account.region}`;
    const stateBucket = new StateBucket(name, account);
    const missing = await stateBucket.look();
    if (!(await agreed(stateBucket, account, missing, options))) {
      console.log("Nothing was changed.");
      return 1;
    }
    await stateBucket.complete(missing);
    console.log(report(name, missing));
    keep(out, { bucket: name, key, region: account.region }, options);
    return 0;
  } catch (error) {
    throw awsFailure(error, "bootstrap aws");
  }
}

function requireInput(target: string, { bucket, region }: BootstrapOptions): void {
  const problems = new Problems();
  problems.require(target === "aws", "target", `must be "aws"; got "${target}"`);
  if (region !== undefined) requireRegion(region, problems);
  problems.require(
    bucket === undefined || /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket),
    "--bucket",
    `must be 3 to 63 lower case letters, digits and dashes; got "${bucket}"`,
  );
  problems.throwIfAny();
}

const titles = ({ settings }: Missing): string => settings.map(({ title }) => title).join(", ");

async function agreed(
  { name }: StateBucket,
  { id, region }: Account,
  missing: Missing,
  options: BootstrapOptions,
): Promise<boolean> {
  if (!missing.bucket && missing.settings.length === 0) return true;
  const question = missing.bucket
    ? `Make the bucket ${name} in ${region} of the account ${id}?`
    : `Change the bucket ${name} in ${region} of the account ${id} (${titles(missing)})?`;
  const problem = `must be given where nobody can be asked: ${question}`;
  return confirmed(question, options, { path: "--yes", problem });
}

function report(name: string, missing: Missing): string {
  if (missing.bucket) return `Made the bucket ${name}: ${titles(missing)}.`;
  if (missing.settings.length > 0) return `Set right in the bucket ${name}: ${titles(missing)}.`;
  return `The bucket ${name} is there, and as it should be.`;
}

/**
 * Object of a deployment's state: `mlflow-aws.tfstate`, `prod.tfstate`, and of a folder other than
 * the standard one `mlflow-aws/staging.tfstate`: with a key for all of them, a second deployment
 * would open the first one's state.
 */
export function stateKey(out: string): string {
  const { values } = readValues(out, {}, {}, () => "remote-server", "aws");
  const name = values["MLSTACK_NAME"] || awsName;
  const isStandard = out.endsWith(`${sep}${awsFolder}`);
  const folder = basename(out).replaceAll(/[^A-Za-z0-9._-]+/g, "-");
  return isStandard ? `${name}.tfstate` : `${name}/${folder}.tfstate`;
}

/** What a plan needs and the settings have not: the flags of a folder that was never deployed. */
const missingFlags = (values: Readonly<Record<string, string>> = {}, region: string): string => {
  const store = values["MLFLOW_ARTIFACTS_DESTINATION"] ?? values["MLSTACK_ARTIFACT_STORE"];
  return [
    ...(values["MLSTACK_AWS_REGION"] ? [] : [` --region ${region}`]),
    ...(store ? [] : [" --bucket …"]),
  ].join("");
};

/** Names the bucket in the folder's settings, unless they name a state in it already. */
function keep(out: string, { bucket, key, region }: StatePlace, options: BootstrapOptions): void {
  const file = join(out, settingsFileName);
  const shown = relative(process.cwd(), file);
  const before = readDotenvFile(file)?.[setting] ?? "";
  const flag = options.out === undefined ? "" : ` --out ${shellWord(options.out)}`;
  if (before.startsWith(`s3://${bucket}/`)) {
    console.log(`${shown} names it already: ${setting}=${before}`);
  } else {
    const value = `s3://${bucket}/${key}?region=${region}`;
    const text = settingsText("remote-server", file, { [setting]: value }, "aws");
    writeFileAtomically(file, text, 0o600);
    console.log(`Wrote ${shown}: ${setting}=${value}`);
    if (before !== "") console.log(`Before it was ${before}; the next deploy moves the state.`);
  }
  console.log(
    `Next: ${selfCommand()} plan aws${flag}${missingFlags(readDotenvFile(file), region)}`,
  );
}

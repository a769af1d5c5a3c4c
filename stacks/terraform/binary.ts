import { execa } from "execa";
import { basename, resolve } from "node:path";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { terraformEnvironment } from "./environment.js";

/** A program that applies `cdk.tf.json`. */
export interface TerraformBinary {
  /** Absolute path, or a name that PATH resolves. */
  readonly path: string;
  /** Which of the two it says it is, whatever its file is called. */
  readonly name: "terraform" | "tofu";
  /** Such as `1.11.4`. */
  readonly version: string;
}

/** Ephemeral variables keep secrets out of plan and state, and S3 keeps its own lock. */
const floors = { terraform: [1, 11], tofu: [1, 11] } as const;

const whereToGet =
  "get Terraform at https://developer.hashicorp.com/terraform/install or OpenTofu at https://opentofu.org/docs/intro/install";

/**
 * The program to use: what was asked for, else `terraform`, else `tofu`, whichever on PATH is new
 * enough.
 *
 * @param asked - value of `--terraform-binary`, a name or a path
 * @throws {ConfigError} with path `--terraform-binary` when there is none, telling where to get one
 */
export async function findTerraform(asked: string | undefined): Promise<TerraformBinary> {
  const problems: string[] = [];
  for (const name of asked === undefined ? ["terraform", "tofu"] : [asked]) {
    const found = await examine(name);
    if (typeof found !== "string") return found;
    problems.push(found);
  }
  const got = problems.join("; ");
  throw new ConfigError([
    {
      path: "--terraform-binary",
      problem: `must be Terraform or OpenTofu, 1.11 or newer; ${got}; ${whereToGet}`,
    },
  ]);
}

/** What a program is, or why it can't be used. */
async function examine(asked: string): Promise<TerraformBinary | string> {
  // A relative path means the caller's folder; the program runs in the stack's.
  const path = basename(asked) === asked ? asked : resolve(asked);
  const { stdout, exitCode, code } = await execa(path, ["version"], {
    env: terraformEnvironment({}),
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    timeout: 20_000,
  });
  if (code === "ENOENT") return `there is no "${asked}"${path === asked ? " on PATH" : ""}`;
  if (code === "EACCES") return `"${asked}" may not be run by you`;
  const said = /^(Terraform|OpenTofu) v(\d+)\.(\d+)\.(\S+)/m.exec(stdout);
  if (exitCode !== 0 || said === null) return `"${asked} version" does not answer as one of them`;
  const [, product, major, minor, patch] = said;
  const name = product === "OpenTofu" ? "tofu" : "terraform";
  const version = `${major}.${minor}.${patch}`;
  const [floorMajor, floorMinor] = floors[name];
  const isOld =
    Number(major) < floorMajor || (Number(major) === floorMajor && Number(minor) < floorMinor);
  return isOld ? `"${asked}" is ${product} ${version}` : { path, name, version };
}

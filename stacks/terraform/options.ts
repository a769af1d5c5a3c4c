import type { TerraformBinary } from "./binary.js";

/** What a run of Terraform needs to know. */
export interface TerraformOptions {
  readonly binary: TerraformBinary;
  /** Absolute path of an existing folder that holds `cdk.tf.json`. */
  readonly directory: string;
  /**
   * Values of Terraform variables by name. Handed on as `TF_VAR_<name>`, never on the command line;
   * those of ephemeral variables are in no plan and no state. Local-exec provisioners inherit them.
   */
  readonly variables: Readonly<Record<string, string>>;
  /** How many resources are worked on at once. */
  readonly parallelism: number;
  /**
   * Aborted: Terraform is told once to end, and is waited for while it saves its state. What had not
   * ended by itself by then throws a `TerraformError` that says `interrupted`.
   */
  readonly signal: AbortSignal;
  /** Progress in a line for people; replaces the last. */
  readonly report?: (line: string) => void;
  /** What people call a resource, by its address. @default the address */
  readonly names?: (address: string) => string;
  /** Values that must not be shown; they are taken out of every message, line and event. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What to try next, by all that a failed command said. */
  readonly advice?: (said: string) => Promise<string | undefined>;
  /** Seconds to wait for another run's lock of the state. @default 60 */
  readonly lockSeconds?: number;
  /** What is said of how long it may take to end, once it was told to. */
  readonly slow?: string;
  /** Seconds that Terraform may take to end after it was told to. @default 120 */
  readonly patience?: number;
}

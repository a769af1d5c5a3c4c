import { existsSync } from "node:fs";
import { join } from "node:path";
import { readConfiguration } from "./configuration.js";
import type { ResourceEvent } from "./events.js";
import { TerraformError } from "./failure.js";
import { initialize, type InitResult } from "./init.js";
import type { Summary } from "./messages.js";
import type { TerraformOptions } from "./options.js";
import { changesOf, parsePlan, type Plan } from "./plan.js";
import { protect, unsavedState } from "./private-files.js";
import { Runner, type Outcome, type RunOptions } from "./runner.js";
import { parseOutputs, parseState, type Output, type State } from "./state.js";

export type { TerraformOptions } from "./options.js";
export { forceStop } from "./supervise.js";

/** What to plan. */
export interface PlanOptions {
  /** Path of the plan file, absolute or relative to the stack's folder. */
  readonly out: string;
  /** Addresses that are made anew, whether they changed or not. */
  readonly replace?: readonly string[];
  /** Addresses, and what they need; all others stay as they are. */
  readonly targets?: readonly string[];
  /** Plan to remove what there is. @default false */
  readonly destroy?: boolean;
}

/** What an apply did. */
export interface Applied {
  readonly summary: Summary;
  readonly warnings: Outcome["warnings"];
}

/**
 * Terraform or OpenTofu, at work in one folder with a `cdk.tf.json`. Every failure is a
 * `TerraformError` in words for people; an abort before a command starts throws the signal's reason.
 */
export class Terraform {
  private readonly runner: Runner;

  constructor(private readonly options: TerraformOptions) {
    this.runner = new Runner(options);
  }

  /** Installs providers and opens the state, moving it when its place changed. Cheap when nothing did. */
  init(): Promise<InitResult> {
    return initialize(this.runner);
  }

  /** What an apply would do. Looks at what really is there; changes nothing. */
  async plan({ out, ...what }: PlanOptions): Promise<Plan> {
    this.refuseUnsavedState();
    const { warnings, summary } = await this.change(
      [
        "plan",
        "-json",
        "-input=false",
        ...this.runner.lockWords,
        this.parallelism,
        ...(what.destroy ? ["-destroy"] : []),
        ...(what.replace ?? []).map((address) => `-replace=${address}`),
        ...(what.targets ?? []).map((address) => `-target=${address}`),
        `-out=${out}`,
      ],
      [out],
    );
    const details = parsePlan(await this.runner.ask(["show", "-json", out]));
    const { names } = this.runner;
    return {
      file: out,
      changes: changesOf(details.resource_changes, names),
      drift: changesOf(details.resource_drift, names),
      outputs: Object.entries(details.output_changes)
        .filter(([, { actions }]) => actions.some((action) => action !== "no-op"))
        .map(([name]) => name),
      summary,
      warnings,
      details,
    };
  }

  /** Does what a plan says. The variables must be those of the plan. */
  async apply(
    planFile: string,
    { onEvent }: { readonly onEvent?: (event: ResourceEvent) => void } = {},
  ): Promise<Applied> {
    const { summary, warnings } = await this.change(
      ["apply", "-json", "-input=false", ...this.runner.lockWords, this.parallelism, planFile],
      [planFile],
      { onEvent },
    );
    return { summary, warnings };
  }

  /** What the state holds, with secrets; undefined when there is none. */
  async state(): Promise<State | undefined> {
    return parseState(await this.runner.ask(["show", "-json"]));
  }

  /** Addresses of what the state holds. */
  async stateList(): Promise<readonly string[]> {
    return (await this.state())?.resources.map(({ address }) => address) ?? [];
  }

  /** Forgets resources, which go on to be. Keeps a backup beside a local state. */
  async stateRemove(addresses: readonly string[]): Promise<void> {
    if (addresses.length === 0) return;
    await this.change(["state", "rm", ...this.runner.lockWords, ...addresses]);
  }

  /** Outputs by name, with secrets. */
  async output(): Promise<Readonly<Record<string, Output>>> {
    return parseOutputs(await this.runner.ask(["output", "-json"]));
  }

  private get parallelism(): string {
    return `-parallelism=${this.options.parallelism}`;
  }

  /** Runs what may write the state, which others must not read at any time. */
  private async change(
    words: readonly string[],
    files: readonly string[] = [],
    run?: RunOptions,
  ): Promise<Outcome> {
    const { directory } = this.options;
    const { backend } = readConfiguration(directory);
    protect(directory, backend);
    try {
      return await this.runner.change(words, run);
    } finally {
      protect(directory, backend, files);
    }
  }

  /** @throws {TerraformError} when an earlier run could not save its state: a new one makes all twice */
  private refuseUnsavedState(): void {
    const { binary, directory } = this.options;
    const path = join(directory, unsavedState);
    if (!existsSync(path)) return;
    throw new TerraformError(
      [
        `an earlier run could not save its state, and left it in ${path}`,
        `In that folder: ${binary.name} state push ${unsavedState}, then remove the file.`,
      ].join("\n"),
    );
  }
}

import { execa } from "execa";
import { stripVTControlCharacters } from "node:util";
import { redact } from "../tools/redact.js";
import { terraformEnvironment } from "./environment.js";
import { describeEvent, eventOf, type ResourceEvent } from "./events.js";
import { describeFailures, essential, failureOf, TerraformError, type Failure } from "./failure.js";
import { parseMessage, type Diagnostic, type Message, type Summary } from "./messages.js";
import type { TerraformOptions } from "./options.js";
import { supervise, type Ended } from "./supervise.js";

/** What a command that did as told had to say. */
export interface Outcome {
  readonly warnings: readonly Diagnostic[];
  /** The last that it gave. */
  readonly summary: Summary;
}

/** How one command differs from the others. */
export interface RunOptions {
  /** @default the stack's folder */
  readonly directory?: string;
  /** Added to Terraform's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly onEvent?: ((event: ResourceEvent) => void) | undefined;
  /** What to try next, by all that a failed command said. */
  readonly advice?: (said: string) => string | undefined;
}

/** What is kept of lines that are no messages, for the failures that Terraform can't tell properly. */
const keptLines = 30;
/** Lines of a resource's provisioner that are kept for its failure. */
const keptOutput = 15;

/** Somebody limited a plan on purpose: that is no news. */
const targeting = /^(Resource targeting is in effect|Applied changes may be incomplete)$/;

/** What Terraform wrote for a terminal, without its colours and boxes. */
const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/^[╷│╵] ?/gm, "")
    .trim();

/** Starts Terraform's commands in a stack's folder, and turns what they say into words. */
export class Runner {
  constructor(readonly options: TerraformOptions) {}

  /** `text` without secrets. */
  readonly clean = (text: string): string => redact(text, this.options.secrets ?? {});

  /** What people call a resource. */
  readonly names = (address: string): string => this.options.names?.(address) ?? address;

  /** The words that make a command wait for another run's lock. */
  get lockWords(): readonly string[] {
    return [`-lock-timeout=${this.options.lockSeconds ?? 60}s`];
  }

  /**
   * Runs a command that may change something, to its own end.
   *
   * @throws {TerraformError} when it failed, was stopped, or can't be started
   */
  async change(words: readonly string[], run: RunOptions = {}): Promise<Outcome> {
    const { binary, directory, signal, variables, patience = 120, report, slow } = this.options;
    signal.throwIfAborted();
    const listener = new Listener(this, run.onEvent);
    const ended = await supervise({
      program: binary.path,
      words,
      directory: run.directory ?? directory,
      environment: { ...terraformEnvironment(variables), ...run.environment },
      signal,
      patience,
      onLine: (line) => listener.hear(line),
      onStopping: () => report?.(stoppingLine(listener.pending, slow)),
    });
    if (ended.exitCode === 0) return listener;
    throw await this.failed(words[0] ?? "", ended, listener, run);
  }

  /**
   * Runs a command that only reads and prints JSON. @returns that JSON, not redacted; "": none
   *
   * @throws {TerraformError} when it failed
   */
  async ask(words: readonly string[], directory = this.options.directory): Promise<string> {
    const { binary, signal, variables } = this.options;
    signal.throwIfAborted();
    const { exitCode, stdout, stderr, code } = await execa(binary.path, words, {
      cwd: directory,
      env: terraformEnvironment(variables),
      extendEnv: false,
      stdin: "ignore",
      cancelSignal: signal,
      reject: false,
    });
    signal.throwIfAborted();
    // OpenTofu puts its warnings about the CLI's own files before it.
    if (exitCode === 0) return /^\{[^]*/m.exec(stdout)?.[0] ?? "";
    const said = plain(this.clean(stderr)) || `it ended with ${exitCode ?? code ?? "a signal"}`;
    throw new TerraformError(`${binary.name} ${words[0]} failed\n${said}`);
  }

  private async failed(
    verb: string,
    ended: Ended,
    heard: Listener,
    run: RunOptions,
  ): Promise<TerraformError> {
    const { binary, patience = 120, signal } = this.options;
    const title = `${binary.name} ${verb}`;
    if (ended.stillRunning !== undefined) {
      return new TerraformError(
        `${title} goes on as process ${ended.stillRunning}: it did not end within ${patience} s of being told to\nLet it end before the next run; it still saves its state.`,
        heard.failures,
        true,
      );
    }
    if (signal.aborted) {
      return new TerraformError(`${title} was stopped`, essential(heard.failures), true);
    }
    if (ended.code === "ENOENT" || ended.code === "EACCES") {
      return new TerraformError(`"${binary.path}" can't be started any more (${ended.code})`);
    }
    const how = ended.killedBy === undefined ? "failed" : `was ended by ${ended.killedBy}`;
    const failures = essential(heard.failures);
    const said = failures.map(({ summary, detail }) => `${summary}\n${detail}`);
    const all = [...said, heard.noise].join("\n");
    const noise = failures.length > 0 ? "" : heard.noise;
    const text = describeFailures(`${title} ${how}`, failures);
    const advice = run.advice?.(all) ?? (await this.options.advice?.(all));
    return new TerraformError([text, noise, advice].filter(Boolean).join("\n"), failures);
  }
}

/** @param pending - names of what is being made or removed */
function stoppingLine(pending: readonly string[], slow: string | undefined): string {
  const line = "stopping: waiting for Terraform to save its state";
  if (slow === undefined) return line;
  const list = pending.length === 0 ? "" : `, and for ${pending.join(", ")}`;
  return `${line}${list}; ${slow}`;
}

/** Gathers what one command says. */
class Listener implements Outcome {
  readonly warnings: Diagnostic[] = [];
  readonly failures: Failure[] = [];
  summary: Summary = { add: 0, change: 0, remove: 0 };
  private readonly lines: string[] = [];
  private readonly begun = new Map<string, string>();
  private readonly outputs = new Map<string, string[]>();

  constructor(
    private readonly runner: Runner,
    private readonly onEvent: ((event: ResourceEvent) => void) | undefined,
  ) {}

  /** The last lines that were no messages, from an error on where there is one. */
  get noise(): string {
    const text = plain(this.runner.clean(this.lines.join("\n")));
    return /^Error: [^]*/m.exec(text)?.[0] ?? text;
  }

  /** Names of the resources that are at work. */
  get pending(): readonly string[] {
    return [...this.begun.values()];
  }

  hear(line: string): void {
    const message = parseMessage(line);
    if (message !== undefined) return this.take(message);
    this.lines.push(line);
    if (this.lines.length > keptLines) this.lines.shift();
  }

  private take(message: Message): void {
    const { clean, names, options } = this.runner;
    // What still happens after an abort would hide what is being waited for.
    const report = options.signal.aborted ? undefined : options.report;
    if (message.diagnostic !== undefined) return this.judge(message.diagnostic);
    if (message.changes !== undefined) this.summary = message.changes;
    const event = eventOf(message, names, clean);
    if (event !== undefined) {
      if (event.kind === "start") this.begun.set(event.address, event.name);
      if (event.kind === "complete" || event.kind === "errored") this.begun.delete(event.address);
      if (event.line !== undefined) this.keepOutput(event.address, event.line);
      report?.(describeEvent(event));
      this.onEvent?.(event);
    } else if (message.type === "log" || message.type === "init_output") {
      const [first = ""] = clean(message["@message"]).trim().split("\n");
      if (first !== "") report?.(first);
    }
  }

  private judge(diagnostic: Diagnostic): void {
    const { clean, names } = this.runner;
    if (diagnostic.severity === "error") {
      const earlier = this.outputs.get(diagnostic.address ?? "") ?? [];
      this.failures.push(failureOf(diagnostic, names, clean, earlier));
    } else if (!targeting.test(diagnostic.summary)) {
      const { summary, detail } = diagnostic;
      this.warnings.push({ ...diagnostic, summary: clean(summary), detail: clean(detail) });
    }
  }

  private keepOutput(address: string, line: string): void {
    const lines = this.outputs.get(address) ?? [];
    this.outputs.set(address, [...lines, line].slice(-keptOutput));
  }
}

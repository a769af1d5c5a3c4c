import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { logFile } from "./context.js";
import { readState } from "./state.js";

export interface ProcessLogsOptions {
  /** Go on with what is written later, until `signal`. */
  readonly follow: boolean;
  /** Lines from the end to begin with. */
  readonly tail: number;
  readonly write: (text: string) => void;
  readonly signal?: AbortSignal;
}

const chunkBytes = 65_536;

/**
 * Writes the last lines of the server's log and, when asked, what follows.
 *
 * @throws {ConfigError} where nothing was ever started
 */
export async function processLogs(out: string, options: ProcessLogsOptions): Promise<void> {
  const path = logFile(out);
  if (statSync(path, { throwIfNoEntry: false }) === undefined && !readState(out)) {
    throw new ConfigError([
      { path: "--out", problem: `holds no server that was started here; got "${out}"` },
    ]);
  }
  let reader = new LogReader(path);
  reader.seekTail(options.tail);
  for (;;) {
    reader.readTo(options.write);
    if (!options.follow || options.signal?.aborted) break;
    // A new start may have moved the file aside; what it still held was written just now.
    if (reader.isReplaced()) {
      reader.close();
      reader = new LogReader(path);
      continue;
    }
    await sleep(200, undefined, { signal: options.signal }).catch(() => undefined);
  }
  reader.close();
}

/** One opened log file. Keeps characters whole that are cut by the end of a read. */
class LogReader {
  private readonly descriptor: number | undefined;
  private readonly decoder = new StringDecoder("utf8");
  private position = 0;

  constructor(private readonly path: string) {
    this.descriptor = statSync(path, { throwIfNoEntry: false }) && openSync(path, "r");
  }

  /** Goes to the beginning of the last `lines` lines. */
  seekTail(lines: number): void {
    if (this.descriptor === undefined) return;
    const size = fstatSync(this.descriptor).size;
    const buffer = Buffer.alloc(chunkBytes);
    let missing = lines;
    for (let end = size; end > 0; end -= chunkBytes) {
      const start = Math.max(0, end - chunkBytes);
      const length = readSync(this.descriptor, buffer, 0, end - start, start);
      for (let index = length - 1; index >= 0; index--) {
        // The line end at the very end closes the last line and begins none.
        if (buffer[index] !== 0x0a || start + index === size - 1) continue;
        if (--missing <= 0) {
          this.position = lines > 0 ? start + index + 1 : size;
          return;
        }
      }
    }
    this.position = lines > 0 ? 0 : size;
  }

  /** Hands on everything up to the file's present end. */
  readTo(write: (text: string) => void): void {
    if (this.descriptor === undefined) return;
    const buffer = Buffer.alloc(chunkBytes);
    for (;;) {
      const length = readSync(this.descriptor, buffer, 0, chunkBytes, this.position);
      if (length === 0) return;
      this.position += length;
      write(this.decoder.write(buffer.subarray(0, length)));
    }
  }

  isReplaced(): boolean {
    const current = statSync(this.path, { throwIfNoEntry: false });
    if (this.descriptor === undefined) return current !== undefined;
    const own = fstatSync(this.descriptor);
    return current !== undefined && (current.ino !== own.ino || current.size < this.position);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }
}

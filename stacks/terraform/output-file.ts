import { closeSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

/**
 * What a child writes, as a file without a name instead of a pipe.
 *
 * A pipe breaks when its reader is killed, and Terraform dies of the next line that it writes:
 * in the middle of an apply, with resources that are in no state. A file takes all of it. It has
 * no name, so nothing of it stays on disk when both are gone.
 */
export class OutputFile {
  readonly descriptor: number;
  private readonly decoder = new StringDecoder("utf8");
  private readonly buffer = Buffer.alloc(64 * 1024);
  private position = 0;
  private partial = "";

  /** @param directory - an existing folder on a disk with room for the output */
  constructor(directory: string, name: string) {
    const path = join(directory, `.${name}.${process.pid}.${Date.now()}.partial`);
    this.descriptor = openSync(path, "wx+", 0o600);
    rmSync(path, { force: true });
  }

  /** The whole lines that were written since the last call. */
  lines(): string[] {
    for (;;) {
      // With a position: the child writes at the offset that both share.
      const read = readSync(this.descriptor, this.buffer, 0, this.buffer.length, this.position);
      if (read === 0) break;
      this.position += read;
      this.partial += this.decoder.write(this.buffer.subarray(0, read));
    }
    const lines = this.partial.split("\n");
    this.partial = lines.pop() ?? "";
    return lines;
  }

  /** Closes the file. @returns the lines that were left, with the last one even if it has no end */
  close(): string[] {
    const lines = this.lines();
    closeSync(this.descriptor);
    return this.partial === "" ? lines : [...lines, this.partial];
  }
}

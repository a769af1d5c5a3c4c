import { execa } from "execa";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shellBlock } from "./readme.js";

/** A folder in which blocks of the README run, with a `docker` that writes down what it is asked. */
export class Rehearsal {
  /** The stack's folder, as it is in the README. */
  readonly folder: string;

  /** @param docker - what it does beside that, in the words of sh */
  constructor(
    readonly place: string,
    private readonly shell: string,
    docker: string,
  ) {
    this.folder = join(place, "mlflow", "home-lab");
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, "client.env"), "");
    this.program("docker", `echo "docker $*" | cut -d' ' -f1-3 >>calls\n${docker}`);
    this.program("node", 'echo "node $2" >>calls');
  }

  /** What was asked, each with its first two words. */
  get calls(): readonly string[] {
    const path = join(this.place, "calls");
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  }

  async run(mark: string): Promise<{ exitCode: number | undefined; text: string }> {
    const { exitCode, all } = await execa(this.shell, ["-c", shellBlock(mark)], {
      cwd: this.place,
      env: { PATH: `${join(this.place, "bin")}:${process.env["PATH"]}`, PLACE: this.place },
      stdin: "ignore",
      all: true,
      reject: false,
    });
    return { exitCode, text: all };
  }

  private program(name: string, text: string): void {
    const path = join(this.place, "bin", name);
    mkdirSync(join(this.place, "bin"), { recursive: true });
    writeFileSync(path, `#!/bin/sh\ncd "$PLACE"\n${text}\n`);
    chmodSync(path, 0o755);
  }
}

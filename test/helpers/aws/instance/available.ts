import { execaSync } from "execa";
import { describeWithDocker } from "../../e2e/engine.js";
import { describeWhere } from "../../requirement.js";
import { imageOfMachine } from "./machine.js";

const programs = ["losetup", "capsh"];

/** Why no instance can be made here, or undefined where it can. */
function missing(): string | undefined {
  if (process.platform !== "linux") return "it is a Linux system in a container";
  if (process.getuid?.() !== 0) return "only root can give it a disk";
  const absent = programs.filter((program) => !succeeds("sh", "-c", `command -v ${program}`));
  if (absent.length > 0) return `there is no ${absent.join(", ")}`;
  const image = imageOfMachine;
  return succeeds("docker", "image", "inspect", image) ? undefined : `there is no image ${image}`;
}

const succeeds = (...words: [string, ...string[]]): boolean =>
  execaSync(words[0], words.slice(1), { reject: false }).exitCode === 0;

/** Tests that need a machine that stands in for an instance. Treated as `describeWithDocker` does. */
export function describeWithInstance(name: string, body: () => void): void {
  const reason = missing();
  if (reason === undefined) return describeWithDocker(name, body);
  const note = `end-to-end tests of ${name}: no instance: ${reason}`;
  describeWhere(name, { missing: reason, needs: "a machine in a container", note }, body);
}

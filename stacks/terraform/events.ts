import type { Message } from "./messages.js";

/** What happens to one resource during an apply. A replacement is a deletion, then a creation. */
export interface ResourceEvent {
  /** `output`: its provisioner printed a line; `progress`: it still goes on. */
  readonly kind: "start" | "progress" | "complete" | "errored" | "output";
  /** Such as `docker_container.tracking-server`. */
  readonly address: string;
  /** What people call it; without a name, the address. */
  readonly name: string;
  readonly action: "create" | "update" | "delete" | "read" | "other";
  /** Since its start. */
  readonly seconds: number;
  /** What the provisioner printed, redacted; only with `output`. */
  readonly line?: string;
}

const kinds: Readonly<Record<string, ResourceEvent["kind"]>> = {
  apply_start: "start",
  apply_progress: "progress",
  apply_complete: "complete",
  apply_errored: "errored",
  provision_progress: "output",
};

const verbs: Readonly<Record<string, readonly [doing: string, done: string]>> = {
  create: ["creating", "created"],
  update: ["changing", "changed"],
  delete: ["removing", "removed"],
  read: ["reading", "read"],
  other: ["working", "done"],
};

/** The whole script, and the place of lines that Terraform hides: both tell nothing. */
const noise = /^(Executing: \[|\(output suppressed due to |[0-9a-f]{64}$)/;

/** The event that a message is, or undefined. */
export function eventOf(
  { type, hook }: Message,
  names: (address: string) => string,
  clean: (text: string) => string,
): ResourceEvent | undefined {
  const kind = kinds[type];
  const address = hook?.resource?.addr;
  if (kind === undefined || address === undefined) return undefined;
  const action = hook?.action;
  const known = action !== undefined && action in verbs;
  const event: ResourceEvent = {
    kind,
    address,
    name: names(address),
    action: known ? (action as ResourceEvent["action"]) : "other",
    seconds: hook?.elapsed_seconds ?? 0,
  };
  if (kind !== "output") return event;
  const line = clean(hook?.output ?? "").trimEnd();
  return line === "" || noise.test(line) ? undefined : { ...event, line };
}

/** An event in a line for people, such as `tracking server: created after 4 s`. */
export function describeEvent({ kind, name, action, seconds, line }: ResourceEvent): string {
  const [doing, done] = verbs[action] ?? ["working", "done"];
  switch (kind) {
    case "start":
      return `${name}: ${doing}`;
    case "progress":
      return `${name}: ${doing}, ${seconds} s`;
    case "complete":
      return `${name}: ${done} after ${seconds} s`;
    case "errored":
      return `${name}: failed after ${seconds} s`;
    case "output":
      return `${name}: ${line ?? ""}`;
  }
}

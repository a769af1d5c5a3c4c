import type { Problems } from "../../constructs/mlflow/index.js";
import type { Listener } from "../tools/listener.js";
import type { HostFacts } from "./facts.js";
import { isAtWork } from "./inventory.js";
import { isOwn } from "./names.js";
import type { Wanted } from "./preflight.js";
import { shortAddress } from "./proc-net.js";

/** The published port, free or already our own; and that the host has the address. */
export function requirePort(facts: HostFacts, wanted: Wanted, problems: Problems): void {
  const { bindAddress, port } = wanted.deployment.trackingServer;
  const listener = { host: shortAddress(bindAddress), port };
  const { title, addresses } = facts;
  problems.require(
    addresses === undefined || isAny(listener.host) || isOf(addresses, listener.host),
    "MLFLOW_HOST",
    `must be an address of ${title}; got "${bindAddress}"; it has ${addresses?.filter((own) => !/^(127\.|::1$|fe80:)/.test(own)).join(", ") || "none but its own loopback"}`,
  );
  const running = facts.containers.filter(isAtWork);
  const [own, others] = [true, false].map((ours) =>
    running.filter((one) => isOwn(one, wanted, wanted.owned.containers) === ours),
  ) as [typeof running, typeof running];
  const published = [...own.flatMap((container) => container.published), ...wanted.bindings];
  if (published.some((one) => isSame(one, listener))) return;
  const holder = others.find((one) => one.published.some((taken) => meets(taken, listener)));
  // What our own container holds elsewhere is let go of before the new one begins.
  const taken = facts.listening?.some(
    (one) => meets(one, listener) && !published.some((ours) => isSame(ours, one)),
  );
  if (!holder && taken !== true) return;
  problems.add(
    "MLFLOW_PORT",
    `must be a free port; ${port} on ${bindAddress} of ${title} is taken by ${holder ? `the container ${holder.name}` : "another program"}; stop that, or use another one, such as --port ${freePort(facts, listener)}`,
  );
}

const isAny = (host: string): boolean => host === "0.0.0.0" || host === "::";

/** All of 127.0.0.0/8 is the host's, though only one of it is listed. */
const isOf = (addresses: readonly string[], host: string): boolean =>
  addresses.includes(host) || host.startsWith("127.");

const isSame = (one: Listener, other: Listener): boolean =>
  one.host === other.host && one.port === other.port;

/** Whether one of them keeps the other from listening; `::` takes both families as a rule. */
function meets(taken: Listener, wanted: Listener): boolean {
  if (taken.port !== wanted.port) return false;
  if (taken.host === wanted.host || taken.host === "::") return true;
  const sameFamily = taken.host.includes(":") === wanted.host.includes(":");
  return sameFamily && (isAny(taken.host) || isAny(wanted.host));
}

function freePort({ listening = [], containers }: HostFacts, { host, port }: Listener): number {
  const all = [...listening, ...containers.flatMap(({ published }) => published)];
  for (let next = port + 1; next <= 65_535; next += 1) {
    if (!all.some((taken) => meets(taken, { host, port: next }))) return next;
  }
  return port - 1;
}

import type { ComposeFile, ComposeMount, ComposeService } from "../../compose-templates/index.js";
import type { MlflowDeployment } from "../../constructs/mlflow/index.js";
import { productAssertions } from "./product-assertions.js";

/** A rule over a rendered Compose file, by the number it has in the project's security checklist. */
export interface Assertion {
  readonly number: number;
  readonly rule: string;
  /** Where the file breaks the rule; empty where it keeps it. */
  readonly violations: (file: ComposeFile, deployment: MlflowDeployment) => readonly string[];
}

/** A service with whatever keys a file may hold, not only those that are rendered. */
export type AnyService = ComposeService & Readonly<Record<string, unknown>>;

type ServiceCheck = (
  service: AnyService,
  name: string,
  deployment: MlflowDeployment,
) => boolean | undefined;

/** A rule that each service keeps for itself. `broken` answers true for one that does not. */
export const everyService = (number: number, rule: string, broken: ServiceCheck): Assertion => ({
  number,
  rule,
  violations: (file, deployment) =>
    Object.entries(file.services)
      .filter(([name, service]) => broken(service as AnyService, name, deployment))
      .map(([name]) => name),
});

const isJob = (name: string) => /-init$|^db-upgrade$/.test(name);

/** Volumes and directories that the service may write to. */
const writable = (service: AnyService): readonly ComposeMount[] =>
  (service.volumes ?? []).filter((mount) => !mount.read_only);

const hostAddress = (port: string): string =>
  /^(\[?[0-9a-fA-F.:]*?\]?):\d+:\d+$/.exec(port)?.[1] ?? "";

const users: Readonly<Record<string, string>> = {
  "backend-store": "999:999",
  "artifact-store": "10001:10001",
};

const forbiddenDirectories = /^\/(etc|proc|sys|dev|boot|root|run|var\/run|var\/lib\/docker)?(\/|$)/;

const forbiddenKeys = ["privileged", "pid", "ipc", "uts", "userns_mode", "devices", "cgroup"];

/** Every text of a value, however deep. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(textsOf) : [];
}

const secretVariable = /(PASSWORD|PASSPHRASE|SECRET_KEY|ACCESS_KEY|ACCESS_KEY_ID|TOKEN)(_FILE)?$/;

function holdsSecret(service: AnyService): boolean {
  const environment = Object.entries(service.environment ?? {});
  const named = environment.some(
    ([name, value]) =>
      secretVariable.test(name) && !(name.endsWith("_FILE") && value.startsWith("/run/secrets/")),
  );
  const texts = textsOf(service);
  const replaced = texts.some((text) =>
    /\$\{?[A-Za-z_]/.test(text.replaceAll("$$", "").replace("${MLSTACK_SECRETS_REVISION:-}", "")),
  );
  const inUri = texts.some((text) => /:\/\/[^/@\s]*:[^/@\s]+@/.test(text));
  return named || replaced || inUri;
}

const containerAssertions: readonly Assertion[] = [
  // Deviation: a version tag counts, because a digest cannot be resolved without a registry when
  // the file is made; a user may give one. Our own image's tag is a hash of what it is built from.
  everyService(1, "images have a version or a digest", ({ image }) => {
    const tag = /:([^/:@]+)(@|$)/.exec(image)?.[1];
    return !image.includes("@sha256:") && (tag === undefined || tag === "latest");
  }),
  everyService(
    2,
    "ports are bound to the address that the user wrote, loopback by default",
    ({ ports = [] }, _, { trackingServer: { bindAddress } }) => {
      const written = bindAddress.includes(":") ? `[${bindAddress}]` : bindAddress;
      return ports.some((port) => hostAddress(port) !== written);
    },
  ),
  everyService(
    3,
    "only the tracking server has ports",
    ({ ports = [] }, name) => ports.length > 0 && name !== "tracking-server",
  ),
  everyService(
    4,
    "all capabilities are dropped and none is added",
    (service) => service.cap_drop?.[0] !== "ALL" || service["cap_add"] !== undefined,
  ),
  everyService(
    5,
    "no new privileges, and the default confinement stays",
    ({ security_opt: options = [] as readonly string[] }) =>
      !(options as readonly string[]).includes("no-new-privileges:true") ||
      options.some((option) => option.endsWith(":unconfined")),
  ),
  everyService(6, "the user is numeric, not root, and the image's own", ({ user = "" }, name) =>
    name in users ? user !== users[name] : !/^[1-9]\d*:[1-9]\d*$/.test(user),
  ),
  // Deviations: secrets-init has a writable root, because Compose refuses to put a secret from the
  // environment into a read-only one; it has no network and ends at once. The server's /tmp is a
  // volume, because uploads spool there, and a plain local volume cannot be given a size.
  everyService(
    7,
    "the root is read-only, what is writable is a volume or a sized tmpfs",
    (service, name) => {
      const isolated = name === "secrets-init" && service.network_mode === "none";
      const unsized = (service.tmpfs ?? []).some((entry) => !/:size=\d+m(,|$)/.test(entry));
      const bound = writable(service).filter(
        ({ type, target }) => type === "bind" && target !== "/data",
      );
      return (!isolated && service.read_only !== true) || unsized || bound.length > 0;
    },
  ),
  everyService(
    8,
    "memory, processors, processes and open files have limits",
    ({ mem_limit: memory, cpus, pids_limit: pids, ulimits }) =>
      !/^\d+m$/.test(memory ?? "") || !(cpus > 0) || !(pids > 0) || !((ulimits?.nofile ?? 0) > 0),
  ),
  // Deviation: jobs have none; they are waited for until they end, and their exit code tells.
  everyService(
    9,
    "long-running services have a health check that tells the truth",
    (service, name) => {
      if (isJob(name)) return service.healthcheck !== undefined;
      const { test = [], start_period: start = "0s" } = service.healthcheck ?? {};
      const overTcp = name !== "backend-store" || test.join(" ").includes("-h 127.0.0.1");
      return test[0] !== "CMD" || !overTcp || Number.parseInt(start) < 60;
    },
  ),
  everyService(
    10,
    "services restart after a reboot and jobs do not",
    ({ restart }, name) => restart !== (isJob(name) ? "no" : "unless-stopped"),
  ),
  everyService(11, "nothing of the host's own is mounted or shared", (service) => {
    const mounts = (service.volumes ?? []).some(
      ({ type, source }) => type === "bind" && forbiddenDirectories.test(source),
    );
    return (
      mounts ||
      forbiddenKeys.some((key) => key in service) ||
      (service["network_mode"] as string) === "host"
    );
  }),
  everyService(
    12,
    "logs have a size and a number",
    ({ logging }) =>
      !/^\d+m$/.test(logging?.options["max-size"] ?? "") ||
      !(Number(logging?.options["max-file"]) > 0),
  ),
  everyService(13, "secrets are files and in no variable, label, command or check", holdsSecret),
];

/** Assertions 1 to 19 of the checklist; 20 and on ask a running stack or another target. */
export const assertions: readonly Assertion[] = [...containerAssertions, ...productAssertions];

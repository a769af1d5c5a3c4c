import type { DockerHost } from "../../constructs/docker/host.js";
import { ConfigError, Problems } from "../../constructs/mlflow/index.js";
import { hostFacts, type HostFacts } from "../host/facts.js";
import { isAtWork } from "../host/inventory.js";
import { listOwned, whyNoAnswer } from "../host/owned.js";
import { requireHost } from "../host/preflight.js";
import { runOnHost, shellOnHost } from "../host/run.js";
import { requireOpened } from "../up/known-volumes.js";
import type { State } from "../terraform/state.js";
import { findDrift } from "./drift.js";
import { knownBy, ownerIn, readExpected, type Expected } from "./expected.js";
import type { Drift, Found } from "./found.js";
import { lostWithState } from "./lost-data.js";
import { requireOwnSecrets } from "./own-secrets.js";
import { requireSamePlace } from "./same-place.js";
import type { StackSession } from "./session.js";

/** The host, looked at before anything changes. */
export interface HostCheck {
  readonly facts: HostFacts;
  readonly expected: Expected;
  readonly drift: readonly Drift[];
}

/** @throws {ConfigError} when the host does not answer, with why and the way out */
export async function askHost(host: DockerHost): Promise<HostFacts> {
  const answer = await hostFacts(host);
  if (answer.ok) return answer.facts;
  throw new ConfigError([{ path: "MLSTACK_DOCKER_HOST", problem: answer.problem }]);
}

/**
 * @param state - what the last apply left
 * @throws {ConfigError} with everything on the host that would fail later
 */
export async function checkHost(
  { settings, names, hostNames, generated }: StackSession,
  state: State | undefined,
  signal: AbortSignal,
): Promise<HostCheck> {
  const { host, deployment, stack, out } = settings;
  const facts = await askHost(host);
  const expected = readExpected(state);
  const stateOwner = ownerIn(state);
  const problems = new Problems();
  requireSamePlace(settings, facts, problems, state);
  problems.throwIfAny();
  requireOwnSecrets(settings.out, generated, stateOwner);
  const known = knownBy(expected);
  const { made, owner, mayAdopt } = generated;
  const owned = await listOwned(
    host,
    { name: deployment.name, owner, known: Object.values(known).flat() },
    signal,
  );
  const bindings = owned.containers.filter(isAtWork).flatMap((container) => container.bindings);
  const whose = { deployment, stack, owner, stateOwner };
  const wanted = { ...whose, names: hostNames, owned: known, bindings };
  requireHost(facts, { ...wanted, mayAdoptVolumes: mayAdopt }, problems);
  const volumes = facts.volumes.map(({ name }) => name);
  problems.throwIfAny();
  requireOpened({ deployment, out }, made, volumes, problems);
  await requireDataDirectory(settings, facts, problems);
  problems.throwIfAny();
  const found: Found = {
    owned,
    owner,
    volumes: new Set(volumes),
    ...(await findImages(host, expected, signal)),
  };
  const jobs = new Set(names.jobs.map(names.nameOf));
  const drift = [
    ...findDrift(expected, found, names.nameOf, jobs),
    ...lostWithState(expected, deployment.name, hostNames.volumes, found.volumes),
  ];
  return { facts, expected, drift };
}

/** Docker would fail for a folder that is missing, and the server for one that is another's. */
async function requireDataDirectory(
  { host, deployment: { trackingServer } }: StackSession["settings"],
  { title, listening }: HostFacts,
  problems: Problems,
): Promise<void> {
  const path = trackingServer.dataDirectory?.path;
  if (path === undefined) return;
  const [uid = "", gid = ""] = trackingServer.user.split(":");
  // Asked in the words of Linux; elsewhere Docker itself will tell.
  if (listening === undefined) return;
  const asked = await shellOnHost(host, '[ -d "$1" ] && stat -c "%u" "$1"', [path]);
  if (!asked || asked.exitCode === 255) return;
  const make = `sudo install -d -o ${uid} -g ${gid} -m 700 '${path}'`;
  problems.require(
    asked.exitCode === 0 && asked.stdout.trim() === uid,
    "MLSTACK_DATA_DIRECTORY",
    `must be a folder of ${title} that the user ${uid} owns; ${asked.exitCode === 0 ? `"${path}" is owned by ${asked.stdout.trim()}` : `there is no "${path}"`}; run there: ${make}`,
  );
}

/** As docker lists an image of Docker Hub: `docker.io/library/postgres:18` is `postgres:18`. */
const familiar = (name: string): string =>
  name.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");

/**
 * What the names and ids of the state's images are on the host, in one command.
 *
 * @throws {Error} where the host does not answer, so that what is missing is gone
 */
async function findImages(
  host: DockerHost,
  { images }: Expected,
  signal: AbortSignal,
): Promise<Pick<Found, "imageOf" | "imageIds">> {
  const format = "{{.Repository}}:{{.Tag}}@{{.Digest}} {{.ID}}";
  const words = ["image", "ls", "--all", "--no-trunc", "--digests", "--format", format];
  if (images.length === 0) return { imageOf: new Map(), imageIds: new Set() };
  const listed = await runOnHost(host, words, { timeout: 30_000, cancelSignal: signal });
  if (listed.exitCode !== 0) throw new Error(await whyNoAnswer(host, listed));
  const rows = listed.stdout.split("\n").flatMap((line) => {
    const [name, id] = line.split(" ");
    return name && id ? [{ name, id }] : [];
  });
  const imageOf = new Map<string, string>();
  for (const { name } of images) {
    const [tagged = "", digest] = familiar(name).split("@");
    const row = rows.find((one) =>
      digest === undefined ? one.name.startsWith(`${tagged}@`) : one.name.endsWith(`@${digest}`),
    );
    if (row) imageOf.set(name, row.id);
  }
  return { imageOf, imageIds: new Set(rows.map(({ id }) => id)) };
}

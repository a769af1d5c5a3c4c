import { rmSync } from "node:fs";
import { dataVolumes, volumeName } from "../../constructs/docker/names.js";
import { ConfigError, holdsData, Problems } from "../../constructs/mlflow/index.js";
import { repairHost } from "../deploy/repair.js";
import { listOwned } from "../host/owned.js";
import { findDrift, type Drift } from "../stack/drift.js";
import { readExpected } from "../stack/expected.js";
import { askHost } from "../stack/host-check.js";
import { planFile } from "../stack/look.js";
import { requireSamePlace } from "../stack/same-place.js";
import { initialise, withSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import { Steps } from "../stack/steps.js";
import type { State } from "../terraform/state.js";
import { confirmed } from "../tools/confirm.js";
import { deployedFile } from "../tools/deployed-record.js";

export interface DestroyOptions extends StackOptions {
  readonly yes?: boolean;
  /** Data volumes to destroy as well, by name. */
  readonly deleteData?: readonly string[];
}

/** What is in the state, and what is on the host without it. */
interface Parts {
  readonly kept: readonly string[];
  readonly gone: readonly string[];
  readonly strangers: readonly Drift[];
}

/**
 * `mlstack destroy`: removes what runs. Data volumes stay, in the state too, unless each is named;
 * the next deploy goes on with them.
 */
export async function destroy(
  stack: string,
  options: DestroyOptions,
  signal: AbortSignal,
): Promise<number> {
  const steps = new Steps();
  const asked = options.deleteData ?? [];
  const mayDestroy = dataVolumes.filter((volume) => asked.some((text) => text.endsWith(volume)));
  return withSession(stack, options, { signal, report: steps.report, mayDestroy }, (session) =>
    destroySession(session, steps, options, signal),
  );
}

async function destroySession(
  session: StackSession,
  steps: Steps,
  options: DestroyOptions,
  signal: AbortSignal,
): Promise<number> {
  const { terraform, names, settings } = session;
  const named = requireVolumes(session, options.deleteData ?? []);
  let parts = undefined as Parts | undefined;
  await steps.run([
    { title: session.title, work: () => initialise(session) },
    {
      title: "Look at what is there",
      work: async () => {
        const facts = await askHost(settings.host);
        const problems = new Problems();
        requireSamePlace(settings, facts, problems);
        problems.throwIfAny();
        const state = await terraform.state();
        const strangers = await findStrangers(session, state, signal);
        parts = { ...divide(state, named), strangers };
        return facts.title;
      },
    },
  ]);
  if (!parts || parts.gone.length + parts.strangers.length === 0) {
    console.log(`\n${settings.stack}: nothing runs that mlstack deployed`);
    return 0;
  }
  if (!(await agreed(parts, session, options))) return 1;
  const { kept, gone, strangers } = parts;
  await steps.run([
    {
      title: "Destroy",
      work: async () => {
        await repairHost(settings.host, strangers);
        if (gone.length === 0) return `Destroy: ${strangers.length} removed`;
        const targets = kept.length > 0 ? gone : [];
        const plan = await terraform.plan({ out: planFile(settings.out), destroy: true, targets });
        const { summary } = await terraform.apply(plan.file);
        if (kept.length === 0) rmSync(deployedFile(settings.out), { force: true });
        return `Destroy: ${summary.remove} removed`;
      },
    },
  ]);
  if (gone.length === 0) {
    // Without a state nobody knows which volumes there are, and none was touched.
    console.log("\nThe state is lost, so all volumes stay on the host, those with data too.");
    return (options.deleteData ?? []).length > 0 ? 1 : 0;
  }
  const left = kept.map(names.nameOf).join(", ");
  console.log(
    left === "" ? "\nNothing is left." : `\nKept: ${left}. The next deploy goes on with it.`,
  );
  return 0;
}

/** Volumes by their own names or by those they have on the host. @returns the latter */
function requireVolumes(
  { settings, hostNames }: StackSession,
  asked: readonly string[],
): ReadonlySet<string> {
  const { name } = settings.deployment;
  const own = dataVolumes.filter((volume) => hostNames.volumes.includes(volumeName(name, volume)));
  const found = asked.map((text) =>
    own.find((volume) => text === volume || text === volumeName(name, volume)),
  );
  const problems = asked
    .filter((_, index) => found[index] === undefined)
    .map((text) => ({
      path: "--delete-data",
      problem: `must be a data volume of this stack; got "${text}"; it has ${own.map((volume) => `"${volume}"`).join(", ") || "none"}`,
    }));
  if (problems.length > 0) throw new ConfigError(problems);
  return new Set(found.flatMap((volume) => (volume ? [volumeName(name, volume)] : [])));
}

/** What goes and what stays of the state. */
function divide(state: State | undefined, named: ReadonlySet<string>): Omit<Parts, "strangers"> {
  const all = state?.resources ?? [];
  const stays = ({ type, values }: State["resources"][number]) =>
    type === "docker_volume" &&
    holdsData(String(values["name"])) &&
    !named.has(String(values["name"]));
  return {
    kept: all.filter(stays).map(({ address }) => address),
    gone: all.filter((resource) => !stays(resource)).map(({ address }) => address),
  };
}

/** What an apply that was cut off has left, or one whose state is lost: networks would be in use. */
async function findStrangers(
  { settings, names, generated }: StackSession,
  state: State | undefined,
  signal: AbortSignal,
): Promise<readonly Drift[]> {
  const expected = readExpected(state);
  const { name } = settings.deployment;
  const owned = await listOwned(settings.host, { name, owner: generated.owner }, signal);
  const nothing = { volumes: new Set<string>(), imageOf: new Map(), imageIds: new Set<string>() };
  const drift = findDrift(
    { ...expected, images: [], volumes: [] },
    { owned, ...nothing },
    names.nameOf,
  );
  return drift.filter(({ repair }) => repair.kind.startsWith("remove-"));
}

function agreed(
  { gone }: Parts,
  { names, settings }: StackSession,
  options: DestroyOptions,
): Promise<boolean> {
  const data = gone.filter((address) => names.dataVolumes.includes(address)).map(names.nameOf);
  const what =
    data.length > 0
      ? `Stop ${settings.stack} and DELETE the data of ${data.join(", ")}?`
      : `Stop and remove ${settings.stack}? Data stays.`;
  const problem = `must be given where nobody can be asked: ${what}`;
  return confirmed(what, options, { path: "--yes", problem });
}

import { confirm, isCancel } from "@clack/prompts";
import { rmSync } from "node:fs";
import { dataVolumes, volumeName } from "../../constructs/docker/names.js";
import { ConfigError, type VolumeName } from "../../constructs/mlflow/index.js";
import { repairHost } from "../deploy/repair.js";
import { listOwned } from "../host/owned.js";
import { findDrift } from "../stack/drift.js";
import { readExpected } from "../stack/expected.js";
import { askHost } from "../stack/host-check.js";
import { planFile } from "../stack/look.js";
import { initialise, openSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import { Steps } from "../stack/steps.js";
import type { State } from "../terraform/state.js";
import { deployedFile } from "../tools/deployed-record.js";

export interface DestroyOptions extends StackOptions {
  readonly yes?: boolean;
  /** Data volumes to destroy as well, by name. */
  readonly deleteData?: readonly string[];
}

/** Addresses of what is in the state. */
interface Parts {
  readonly state: State | undefined;
  readonly kept: readonly string[];
  readonly gone: readonly string[];
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
  const mayDestroy = requireVolumes(options.deleteData ?? []);
  const session = await openSession(stack, options, { signal, report: steps.report, mayDestroy });
  requireOwnVolumes(session, mayDestroy);
  const { terraform, names, settings } = session;
  let parts: Parts | undefined;
  await steps.run([
    { title: session.title, work: () => initialise(session) },
    {
      title: "Look at what is there",
      work: async () => {
        const { title } = await askHost(settings.host);
        parts = divide(session, await terraform.state(), mayDestroy);
        return title;
      },
    },
  ]);
  if (!parts || parts.gone.length === 0) {
    console.log(`\n${stack}: nothing runs that mlstack deployed`);
    return 0;
  }
  if (!(await agreed(parts, session, options))) return 1;
  const { kept, gone, state } = parts;
  await steps.run([
    {
      title: "Destroy",
      work: async () => {
        await removeStrangers(session, state);
        const targets = kept.length > 0 ? gone : [];
        const plan = await terraform.plan({ out: planFile(settings.out), destroy: true, targets });
        const { summary } = await terraform.apply(plan.file);
        if (kept.length === 0) rmSync(deployedFile(settings.out), { force: true });
        return `Destroy: ${summary.remove} removed`;
      },
    },
  ]);
  const left = kept.map(names.nameOf).join(", ");
  console.log(
    left === "" ? "\nNothing is left." : `\nKept: ${left}. The next deploy goes on with it.`,
  );
  return 0;
}

/** Volumes by their own names or by those they have on the host. */
function requireVolumes(asked: readonly string[]): readonly VolumeName[] {
  const volumes = asked.map((text) =>
    dataVolumes.find((volume) => text === volume || text.endsWith(`_${volume}`)),
  );
  const problems = asked
    .filter((_, index) => volumes[index] === undefined)
    .map((text) => ({
      path: "--delete-data",
      problem: `must be ${dataVolumes.map((volume) => `"${volume}"`).join(" or ")}; got "${text}"`,
    }));
  if (problems.length > 0) throw new ConfigError(problems);
  return volumes.filter((volume) => volume !== undefined);
}

function requireOwnVolumes(
  { hostNames, settings }: StackSession,
  volumes: readonly VolumeName[],
): void {
  const own = (volume: VolumeName) =>
    hostNames.volumes.includes(volumeName(settings.deployment.name, volume));
  const has = dataVolumes.filter(own).map((volume) => `"${volume}"`);
  const problems = volumes
    .filter((volume) => !own(volume))
    .map((volume) => ({
      path: "--delete-data",
      problem: `must be a data volume of this stack; got "${volume}"; it has ${has.join(", ") || "none"}`,
    }));
  if (problems.length > 0) throw new ConfigError(problems);
}

/** What goes and what stays. */
function divide(
  { names, settings }: StackSession,
  state: State | undefined,
  mayDestroy: readonly VolumeName[],
): Parts {
  const named = new Set(mayDestroy.map((volume) => volumeName(settings.deployment.name, volume)));
  const all = state?.resources ?? [];
  const stays = ({ address, type, values }: State["resources"][number]) =>
    type === "docker_volume" &&
    (names.dataVolumes.includes(address) || /-data$/.test(String(values["name"]))) &&
    !named.has(String(values["name"]));
  return {
    state,
    kept: all.filter(stays).map(({ address }) => address),
    gone: all.filter((resource) => !stays(resource)).map(({ address }) => address),
  };
}

/** What an apply that was cut off has left would keep the networks in use. */
async function removeStrangers(
  { settings, names }: StackSession,
  state: State | undefined,
): Promise<void> {
  const expected = readExpected(state);
  const owned = await listOwned(settings.host, settings.deployment.name);
  const nothing = { volumes: new Set<string>(), imageOf: new Map(), imageIds: new Set<string>() };
  const drift = findDrift({ ...expected, images: [] }, { owned, ...nothing }, names.nameOf);
  const strangers = drift.filter(({ repair }) => repair.kind.startsWith("remove-"));
  await repairHost(settings.host, strangers);
}

async function agreed(
  { gone }: Parts,
  { names, settings }: StackSession,
  { yes = false }: DestroyOptions,
): Promise<boolean> {
  if (yes) return true;
  const data = gone.filter((address) => names.dataVolumes.includes(address)).map(names.nameOf);
  const what =
    data.length > 0
      ? `Stop ${settings.stack} and DELETE the data of ${data.join(", ")}?`
      : `Stop and remove ${settings.stack}? Data stays.`;
  if (!process.stdin.isTTY) {
    const problem = `must be given where nobody can be asked: ${what}`;
    throw new ConfigError([{ path: "--yes", problem }]);
  }
  const answer = await confirm({ message: what, initialValue: data.length === 0 });
  return answer === true && !isCancel(answer);
}

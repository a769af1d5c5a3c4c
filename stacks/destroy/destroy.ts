import { confirm, isCancel } from "@clack/prompts";
import { Listr } from "listr2";
import { rmSync } from "node:fs";
import { holdsData, volumeName } from "../../constructs/docker/names.js";
import { ConfigError, type VolumeName } from "../../constructs/mlflow/index.js";
import { repairHost } from "../deploy/repair.js";
import { listOwned } from "../host/owned.js";
import { findDrift } from "../stack/drift.js";
import { readExpected } from "../stack/expected.js";
import { askHost } from "../stack/host-check.js";
import { planFile } from "../stack/look.js";
import { initialise, openSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import type { State } from "../terraform/state.js";
import { deployedFile } from "../tools/deployed-record.js";
import { stepOptions } from "../up/steps.js";

export interface DestroyOptions extends StackOptions {
  readonly yes?: boolean;
  /** Data volumes to destroy as well, by name. */
  readonly deleteData?: readonly string[];
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
  let report: (line: string) => void = () => undefined;
  const asked = options.deleteData ?? [];
  const mayDestroy = asked.map((name) => name.replace(/^.*_/, "") as VolumeName);
  const session = await openSession(stack, options, {
    signal,
    report: (line) => report(line),
    mayDestroy,
  });
  requireKnownVolumes(session, asked, mayDestroy);
  const { terraform, names, settings } = session;
  const context: { state?: State | undefined; kept: string[]; gone: string[] } = {
    kept: [],
    gone: [],
  };
  const step = (title: string, work: () => Promise<string | void>) => ({
    title,
    task: async (_: unknown, task: { title: string; output: string }) => {
      report = (line) => (task.output = line);
      task.title = (await work()) ?? task.title;
    },
  });
  await new Listr(
    [
      step(session.title, () => initialise(session)),
      step("Look at what is there", async () => {
        await askHost(settings.host);
        context.state = await terraform.state();
        for (const { address, values } of context.state?.resources ?? []) {
          const keep = names.dataVolumes.includes(address) && !isNamed(session, mayDestroy, values);
          (keep ? context.kept : context.gone).push(address);
        }
      }),
    ],
    stepOptions,
  ).run();
  if (context.gone.length === 0) {
    console.log(`\n${stack}: nothing runs that mlstack deployed`);
    return 0;
  }
  if (!(await agreed(context, session, options))) return 1;
  await new Listr(
    [
      step("Destroy", async () => {
        await removeStrangers(session, context.state);
        const targets = context.kept.length > 0 ? context.gone : [];
        const plan = await terraform.plan({ out: planFile(settings.out), destroy: true, targets });
        const { summary } = await terraform.apply(plan.file);
        if (context.kept.length === 0) rmSync(deployedFile(settings.out), { force: true });
        return `Destroy: ${summary.remove} removed`;
      }),
    ],
    stepOptions,
  ).run();
  const left = context.kept.map(names.nameOf).join(", ");
  console.log(
    left === "" ? "\nNothing is left." : `\nKept: ${left}. The next deploy goes on with it.`,
  );
  return 0;
}

function requireKnownVolumes(
  { hostNames }: StackSession,
  asked: readonly string[],
  volumes: readonly VolumeName[],
): void {
  const known = hostNames.volumes.map((name) => name.replace(/^.*_/, "") as VolumeName);
  const data = known.filter(holdsData);
  const problems = asked.flatMap((name, index) =>
    data.includes(volumes[index] as VolumeName)
      ? []
      : [
          {
            path: "--delete-data",
            problem: `must be the name of a data volume; got "${name}"; this stack has ${data.map((one) => `"${one}"`).join(", ") || "none"}`,
          },
        ],
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

const isNamed = (
  { settings }: StackSession,
  volumes: readonly VolumeName[],
  values: Readonly<Record<string, unknown>>,
): boolean =>
  volumes.some((volume) => volumeName(settings.deployment.name, volume) === values["name"]);

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
  { gone }: { readonly gone: readonly string[] },
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

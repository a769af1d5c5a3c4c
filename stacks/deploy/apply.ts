import { containerName } from "../../constructs/docker/names.js";
import type { Drift } from "../stack/found.js";
import { look, type Look } from "../stack/look.js";
import type { DescribedChange } from "../stack/plan-words.js";
import type { StackSession } from "../stack/session.js";
import type { Step } from "../stack/steps.js";
import type { Plan, PlannedChange } from "../terraform/plan.js";
import { repairHost } from "./repair.js";

/**
 * The steps that change the host, in the order in which the least is lost when one of them fails:
 * images, then jobs, both while the old tracking server goes on, then the rest. Terraform by itself
 * would first remove what depends on an image or a job, and then find out that it can't have it.
 *
 * @param shown - what the user was told
 */
export function applySteps(
  session: StackSession,
  found: Look,
  shown: readonly DescribedChange[],
  signal: AbortSignal,
): readonly Step[] {
  const { settings, terraform, names } = session;
  const server = containerName(settings.deployment.name, "tracking-server");
  const serves = found.facts.containers.some(
    ({ name, state }) => name === server && state === "running",
  );
  // A second network of the same name must not come to be, and one in use can't be removed.
  const anew = found.drift.some(({ repair }) => repair.kind === "remove-network");
  const later = anew ? [] : found.drift.filter(isOf(found, server));
  const sooner = found.drift.filter((drift) => !later.includes(drift));
  let current = found;
  return [
    {
      title: "Images",
      work: async () => {
        if (sooner.some(({ repair }) => repair.kind !== "terraform")) {
          await repairHost(settings.host, sooner);
          current = await look(session, signal);
        }
        const images = making(current.plan, ({ type }) => type === "docker_image");
        if (images.length === 0) return "Images: as they were";
        if (found.expected.containers.length === 0) return "Images: with the rest";
        current = await applyFirst(session, images, signal);
        return `Images: ${images.length} made`;
      },
    },
    {
      title: "Jobs, while the server goes on",
      work: async () => {
        const jobs = making(current.plan, ({ address }) => names.jobs.includes(address));
        if (jobs.length === 0) return "Jobs: none has to run";
        if (!serves || anew) return "Jobs: with the rest";
        current = await applyFirst(session, jobs, signal);
        return `Jobs: ${jobs.map(names.nameOf).join(", ")}`;
      },
    },
    {
      title: "Apply",
      work: async () => {
        if (later.length > 0) {
          await repairHost(settings.host, later);
          current = await look(session, signal);
        }
        const { plan } = current;
        requireShown(plan, shown);
        if (plan.changes.length + plan.outputs.length === 0) return "Apply: nothing is left to do";
        const { summary } = await terraform.apply(plan.file);
        return `Apply: ${summary.add} made, ${summary.change} changed, ${summary.remove} removed`;
      },
    },
  ];
}

/** What stands in the tracking server's place serves until the real one can be started. */
const isOf =
  ({ facts }: Look, server: string) =>
  ({ repair }: Drift): boolean =>
    repair.kind === "remove-container" &&
    facts.containers.some(({ id, name }) => id === repair.id && name === server);

/** Addresses of these that an apply would make, anew or for the first time. */
const making = ({ changes }: Plan, which: (change: PlannedChange) => boolean): readonly string[] =>
  changes
    .filter((change) => change.action !== "delete" && change.action !== "forget" && which(change))
    .map(({ address }) => address);

/** Applies these and what they need, and looks again. */
async function applyFirst(
  session: StackSession,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<Look> {
  const { plan } = await look(session, signal, targets);
  if (plan.changes.length > 0) await session.terraform.apply(plan.file);
  return look(session, signal);
}

/** Nothing is replaced or removed that was not shown before. */
function requireShown({ changes }: Plan, shown: readonly DescribedChange[]): void {
  const known = new Set(shown.filter(interrupts).map(({ address }) => address));
  const others = changes.filter((change) => interrupts(change) && !known.has(change.address));
  if (others.length === 0) return;
  const names = others.map(({ name }) => name).join(", ");
  throw new Error(
    `the host has changed since the plan was shown: ${names} would be replaced or removed too; run the same command again`,
  );
}

/** Whether something that is there goes, if only to come again. */
export const interrupts = ({ action }: Pick<DescribedChange, "action">): boolean =>
  action === "replace" || action === "delete";

import type { Plan } from "../terraform/plan.js";
import type { StackSession } from "../stack/session.js";
import { look, type Look } from "../stack/look.js";

/** Jobs that an apply would run. */
export const plannedJobs = ({ changes }: Plan, { names }: StackSession): readonly string[] =>
  changes
    .filter(({ address, action }) => names.jobs.includes(address) && action !== "delete")
    .map(({ address }) => address);

/** Whether a tracking server serves, which a failing job must not take away. */
export const serves = ({ expected, facts }: Look, { names }: StackSession): boolean =>
  expected.containers.some(
    ({ address, id }) =>
      names.nameOf(address) === "tracking-server" &&
      facts.containers.some((one) => id.startsWith(one.id) && one.state === "running"),
  );

/**
 * Runs the jobs while the old tracking server goes on. Terraform by itself would stop it first:
 * what depends on a job is removed before the job is.
 *
 * @returns those that ran: of an image that has its tag again, none has to
 * @throws {TerraformError} with what the job said last
 */
export async function runJobsFirst(
  session: StackSession,
  jobs: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { plan } = await look(session, signal, jobs);
  if (plan.changes.length > 0) await session.terraform.apply(plan.file);
  return plannedJobs(plan, session);
}

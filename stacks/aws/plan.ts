import { join } from "node:path";
import { describePrice } from "../../constructs/aws/price-words.js";
import type { AwsTarget } from "../../constructs/aws/aws-target.js";
import { priceOf } from "../../constructs/aws/price.js";
import { stackCommand } from "../stack/command-line.js";
import { printWarnings } from "../stack/plan-words.js";
import { Steps } from "../stack/steps.js";
import { requireFreeName } from "./free-name.js";
import { imageBuilderNote } from "./image-builder.js";
import { protectionProblem, requireKept, type Found } from "./kept.js";
import { lostData, requireNamedLosses } from "./lost.js";
import type { AwsOptions } from "./options.js";
import { awsPlanLines, describeAwsPlan, driftLines, type AwsChange } from "./plan-words.js";
import { requireSameStack } from "./same-stack.js";
import { initialiseAws, withAwsSession, type AwsSession } from "./session.js";

export interface AwsPlanOptions extends AwsOptions {
  /** Exit with 1 when something would change. */
  readonly check?: boolean;
}

/**
 * `mlstack plan aws`: what the month costs, and what `deploy` would do. Changes nothing, but moves
 * the state where the settings name another place for it, and says so.
 *
 * @returns the exit code: 0, or 1 when `--check` found a change
 */
export async function planAws(
  stack: string,
  options: AwsPlanOptions,
  signal: AbortSignal,
): Promise<number> {
  const steps = new Steps();
  const { report } = steps;
  return withAwsSession(options, { signal, report, isTrial: true }, async (session) => {
    console.log(priceLines(session).join("\n"));
    const look = await lookAtAws(session, steps, options);
    const { plan, changes } = look;
    printWarnings(plan);
    console.log([...driftLines(plan, session.names), ...awsPlanLines(changes)].join("\n"));
    requireKept(look, session.settings, session.names, options);
    requireNamedLosses(lostData(look, session.names), [], options);
    const { settings, imageTag } = session;
    const note = imageTag && (await imageBuilderNote(changes, settings, imageTag));
    if (note) console.log(`\n${note}`);
    if (changes.length === 0) {
      console.log(`${stack}: nothing changes`);
      return 0;
    }
    console.log(`\nDo it:  ${stackCommand("deploy", stack, options)}`);
    return options.check === true ? 1 : 0;
  });
}

/** The price table of a session's target. */
export const priceLines = ({ settings: { target, deployment } }: AwsSession): readonly string[] => [
  ...describePrice(priceOf(target, deployment), target),
  ...insideLines(target),
];

/** Who expects to open it in a browser hears before it costs anything that nobody can. */
export const insideLines = ({
  shape,
  domain,
  allowedCidrs,
}: Pick<AwsTarget, "shape" | "domain" | "allowedCidrs">): readonly string[] =>
  domain !== undefined
    ? []
    : [
        shape === "managed"
          ? `Reached from ${allowedCidrs.join(", ") || "the VPC"} alone, as over a VPN or a peering; with a name and HTTPS:`
          : "Reached over a tunnel of AWS Systems Manager alone; with a name and HTTPS:",
        "  --domain … --hosted-zone …, and --public for everybody who has the password",
      ];

/** What an apply would do. */
export interface AwsLook extends Found {
  readonly changes: readonly AwsChange[];
}

/**
 * Opens the state, which moves where the settings name another place for it, and plans.
 *
 * @throws {ConfigError} when the state is another deployment's, or the plan takes what is protected
 */
export async function lookAtAws(
  session: AwsSession,
  steps: Steps,
  options: AwsOptions,
): Promise<AwsLook> {
  const { terraform, settings, names } = session;
  let look: Found | undefined;
  await steps.run([
    { title: session.title, work: () => initialiseAws(session) },
    {
      title: "Look at AWS and plan",
      work: async () => {
        const outputs = await terraform.output();
        requireSameStack(outputs, settings);
        try {
          const plan = await terraform.plan({ out: awsPlanFile(settings.out) });
          look = { plan, outputs, state: await terraform.state() };
        } catch (error) {
          throw protectionProblem(error, names, options) ?? error;
        }
        // After the plan, which has proven the credentials.
        await requireFreeName(look.state, settings);
      },
    },
  ]);
  if (!look) throw new Error("bug: planned without a plan");
  return { ...look, changes: describeAwsPlan(look.plan, names) };
}

/** Plan file of the stack. It holds no secrets: those are ephemeral. */
export const awsPlanFile = (out: string): string => join(out, "terraform", "plan.tfplan");

import { hasServer } from "./lost.js";
import type { AwsOptions } from "./options.js";
import { clientVariables, readAwsOutputs } from "./outputs.js";
import { initialiseAws, withAwsSession } from "./session.js";

export interface AwsOutputOptions extends AwsOptions {
  readonly json?: boolean;
}

/**
 * `mlstack output aws`: what the last deploy gave out, as `name=value` lines, and what a client sets.
 *
 * @returns the exit code: 0, or 1 where nothing was deployed
 */
export async function outputAws(
  stack: string,
  options: AwsOutputOptions,
  signal: AbortSignal,
): Promise<number> {
  const session = { signal, report: () => undefined, mustExist: true };
  const values = await withAwsSession(options, session, async (opened) => {
    const title = await initialiseAws(opened);
    // Beside the lines that a script reads: whoever looks may have moved the state.
    if (title !== opened.title) console.error(title);
    const found = await readAwsOutputs(opened.terraform);
    if (found && !hasServer(await opened.terraform.state())) {
      console.error(
        `${stack}: the first deploy has not ended, and nothing answers yet; deploy again`,
      );
    }
    return found;
  });
  if (!values) {
    console.error(`${stack}: nothing runs that mlstack deployed`);
    return 1;
  }
  const client = clientVariables(values);
  if (options.json === true) console.log(JSON.stringify({ ...values, client }, undefined, 2));
  else {
    for (const [name, value] of Object.entries({ ...values, ...client })) {
      console.log(`${name}=${value}`);
    }
  }
  return 0;
}

import { withSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";

export interface OutputOptions extends StackOptions {
  readonly json?: boolean;
}

/**
 * `mlstack output`: what the last deploy gave out, as `name=value` lines.
 *
 * @returns the exit code: 0, or 1 where nothing was deployed
 */
export async function output(
  stack: string,
  options: OutputOptions,
  signal: AbortSignal,
): Promise<number> {
  const session = { signal, report: () => undefined, needsSecrets: false };
  const outputs = await withSession(stack, options, session, async ({ terraform }) => {
    await terraform.init();
    const state = await terraform.state();
    const runs = state?.resources.some(({ type }) => type === "docker_container");
    return runs ? Object.entries(await terraform.output()) : [];
  });
  if (outputs.length === 0) {
    console.error(`${stack}: nothing runs that mlstack deployed`);
    return 1;
  }
  const values = Object.fromEntries(outputs.map(([name, { value }]) => [name, value]));
  if (options.json === true) console.log(JSON.stringify(values, undefined, 2));
  else for (const [name, value] of Object.entries(values)) console.log(`${name}=${String(value)}`);
  return 0;
}

import { shellVariables } from "../../env/shell.js";

/** What the server takes over from the shell: how to find programs, the home folder, the network. */
const inherited = shellVariables.filter(({ server }) => server).flatMap(({ names }) => names);

/**
 * The part of the caller's environment that the server gets, so that a stray `MLFLOW_` or `AWS_`
 * variable in a shell changes nothing. Names are compared without case, as Windows does and as
 * proxies are spelled both ways.
 */
export function inheritedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && inherited.includes(name.toUpperCase()) ? [[name, value]] : [],
    ),
  );
}

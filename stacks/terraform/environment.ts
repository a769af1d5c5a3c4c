import { delimiter, dirname } from "node:path";

/**
 * Variables of the shell that change what Terraform does behind the caller's back: other words on
 * its command line, another folder for its data, another workspace and so another state.
 */
const dropped = /^(TF_CLI_ARGS(_.*)?|TF_DATA_DIR|TF_WORKSPACE)$/;

/**
 * Environment of a Terraform that nobody sits in front of. The rest of the shell's goes through:
 * `TF_CLI_CONFIG_FILE`, `TF_VAR_*`, proxies, and the credentials of a state backend.
 *
 * Programs that a local-exec provisioner starts inherit all of it, the variables included.
 *
 * @param variables - values of Terraform variables by name; win over a `TF_VAR_` of the shell
 */
export function terraformEnvironment(
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const shell = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !dropped.test(entry[0]),
  );
  return {
    ...Object.fromEntries(shell),
    // Provisioners are scripts of node, which need not be on the shell's own path.
    PATH: [process.env["PATH"], dirname(process.execPath)].filter(Boolean).join(delimiter),
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    // No request to HashiCorp on every command.
    CHECKPOINT_DISABLE: "1",
    ...Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, value]),
    ),
  };
}

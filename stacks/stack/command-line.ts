import { selfCommand } from "../tools/self.js";
import { shellWord } from "../tools/shell-word.js";
import type { AwsOptions } from "../aws/options.js";
import type { StackOptions } from "./settings.js";

type Options = StackOptions & AwsOptions;

/** The flag of each option. */
const flags: Readonly<Record<keyof Options, string>> = {
  topology: "--topology",
  host: "--host",
  jump: "--jump",
  sshKey: "--ssh-key",
  sshOption: "--ssh-option",
  listen: "--listen",
  region: "--region",
  shape: "--shape",
  bucket: "--bucket",
  domain: "--domain",
  hostedZone: "--hosted-zone",
  certificate: "--certificate",
  public: "--public",
  egress: "--egress",
  architecture: "--architecture",
  port: "--port",
  publicUrl: "--public-url",
  envFile: "--env-file",
  out: "--out",
  name: "--name",
  profile: "--profile",
  dataDirectory: "--data-directory",
  state: "--state",
  terraformBinary: "--terraform-binary",
  set: "--set",
};

/**
 * A verb as it is typed with these options: nothing keeps those of a verb that changes nothing.
 *
 * @param more - further words
 */
export function stackCommand(
  verb: string,
  stack: string,
  options: Options,
  more: readonly string[] = [],
): string {
  const given = (Object.keys(flags) as (keyof Options)[]).flatMap((name) =>
    [options[name] ?? []]
      .flat()
      .flatMap((value) => (typeof value === "string" ? [flags[name], value] : [flags[name]])),
  );
  const words = [verb, stack, ...given, ...more].map(shellWord);
  return [selfCommand(), ...words].join(" ");
}

/** What removes a stack with its data, as its user types it. */
export const removalCommand = (stack: string, out: string, name: string): string =>
  `${stackCommand("destroy", stack, { out, name })} --delete-data …`;

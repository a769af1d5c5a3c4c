import { selfCommand } from "../tools/self.js";
import { shellWord } from "../tools/shell-word.js";
import type { StackOptions } from "./settings.js";

/** The flag of each option. */
const flags: Readonly<Record<keyof StackOptions, string>> = {
  topology: "--topology",
  host: "--host",
  jump: "--jump",
  sshKey: "--ssh-key",
  sshOption: "--ssh-option",
  listen: "--listen",
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
  options: StackOptions,
  more: readonly string[] = [],
): string {
  const given = (Object.keys(flags) as (keyof StackOptions)[]).flatMap((name) =>
    [options[name] ?? []].flat().flatMap((value) => [flags[name], value]),
  );
  const words = [verb, stack, ...given, ...more].map(shellWord);
  return [selfCommand(), ...words].join(" ");
}

/** What removes a stack with its data, as its user types it. */
export const removalCommand = (stack: string, out: string, name: string): string =>
  `${stackCommand("destroy", stack, { out, name })} --delete-data …`;

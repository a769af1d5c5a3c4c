import type { LocalExecProvisioner } from "cdktf";
import { dockerCommand, type DockerHost } from "./host.js";

/** `docker` on the host, run by the machine that Terraform runs on. */
export interface HostCommand {
  /** Words of `docker`; those before the last command may fail. */
  readonly commands: readonly (readonly string[])[];
  /** What the last command reads; may be a Terraform reference to something secret. */
  readonly input?: string;
}

/**
 * Runs on every system, quotes nothing for a shell, and ends as the command ends. Free of `${`,
 * which Terraform would replace.
 */
const script = [
  'const {spawnSync}=require("child_process"),hidden=/^(TF_VAR|MLSTACK)_/;',
  "const env=Object.fromEntries(Object.entries(process.env).filter(([k])=>!hidden.test(k)));",
  "const all=JSON.parse(process.env.MLSTACK_COMMANDS),last=all.pop();",
  'for(const [file,...words] of all)spawnSync(file,words,{stdio:"ignore",env});',
  'const stdio=["pipe","inherit","inherit"],input=process.env.MLSTACK_INPUT||"";',
  "const {status,error}=spawnSync(last[0],last.slice(1),{stdio,input,env});",
  'if(error)console.error(last[0]+": "+error.message);',
  "process.exit(status===null?1:status);",
].join("");

/**
 * A provisioner, because its environment is the one place of a configuration that Terraform keeps
 * neither in state nor in a plan, and because a resource whose provisioner failed is made anew by
 * the next apply.
 *
 * @see https://developer.hashicorp.com/terraform/language/manage-sensitive-data/ephemeral
 */
export function hostCommand(
  host: DockerHost,
  { commands, input }: HostCommand,
): LocalExecProvisioner {
  const lines = commands.map((words) => {
    const { file, args } = dockerCommand(host, words);
    return [file, ...args];
  });
  return {
    type: "local-exec",
    interpreter: ["node", "-e"],
    command: script,
    environment: {
      MLSTACK_COMMANDS: JSON.stringify(lines),
      ...(input !== undefined && { MLSTACK_INPUT: input }),
    },
  };
}

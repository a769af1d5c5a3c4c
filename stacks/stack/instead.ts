import { logGroupName } from "../../constructs/aws/context.js";
import { sshByHand, type DockerHost } from "../../constructs/docker/host.js";
import { containerName } from "../../constructs/docker/names.js";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { readAwsSettings } from "../aws/settings.js";
import { currentEngine } from "../tools/docker-engine.js";
import { selfCommand } from "../tools/self.js";
import { shellWord } from "../tools/shell-word.js";
import { stackNames, type StackName } from "./names.js";
import { readStackSettings } from "./settings.js";

/** Options of the verbs for a topology, as far as they matter here. */
interface Asked {
  readonly out?: string;
  readonly tail?: string;
  readonly follow?: boolean;
  readonly deleteData?: boolean;
}

/**
 * A stack where a topology is expected: `status home-lab`.
 *
 * @throws {ConfigError} with the command that does it for a stack
 */
export function requireNoStack(verb: string, name: string | undefined, asked: Asked): void {
  const stack = stackNames.find((one) => one === name);
  if (!stack) return;
  const out = asked.out === undefined ? "" : ` --out ${shellWord(asked.out)}`;
  const own = (other: string) => `${selfCommand()} ${other} ${stack}${out}`;
  const ways: Readonly<Record<string, () => string>> = {
    up: () => own("deploy"),
    generate: () => own("synth"),
    init: () => `${selfCommand()} deploy ${stack} --help`,
    status: () => own("plan"),
    logs: () => (stack === "aws" ? logsOnAws(asked) : logsByHand(stack, asked)),
    down: () => `${own("destroy")}${asked.deleteData === true ? deleteData[stack] : ""}`,
  };
  const way = ways[verb]?.();
  const problem = `must be a topology; "${stack}" is a stack${way === undefined ? "" : `; use: ${way}`}`;
  throw new ConfigError([{ path: "topology", problem }]);
}

const deleteData: Readonly<Record<StackName, string>> = {
  "home-lab": " --delete-data …",
  aws: " --delete-data",
};

/** CloudWatch shows them. */
function logsOnAws({ out, follow }: Asked): string {
  const { deployment, target } = readAwsSettings(out === undefined ? {} : { out });
  const group = logGroupName(deployment.name);
  return `aws logs tail ${group} --region ${target.region}${follow === true ? " --follow" : ""}`;
}

/** Docker shows them, on the machine that the folder is deployed to. */
function logsByHand(stack: StackName, { out, tail = "100", follow }: Asked): string {
  const settings = readStackSettings(stack, out === undefined ? {} : { out }, currentEngine);
  const container = containerName(settings.deployment.name, "tracking-server");
  const words = `logs --tail ${tail}${follow === true ? " --follow" : ""} ${container}`;
  return `${dockerByHand(settings.host)} ${words}`;
}

function dockerByHand(host: DockerHost): string {
  if (host.kind === "ssh") return `${sshByHand(host)} docker`;
  return host.url === undefined ? "docker" : `docker -H ${host.url}`;
}

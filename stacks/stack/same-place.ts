import type { HostFacts } from "../host/facts.js";
import type { Problems } from "../../constructs/mlflow/index.js";
import { deployedFile, readDeployed } from "../tools/deployed-record.js";
import { selfCommand } from "../tools/self.js";
import { shellWord } from "../tools/shell-word.js";
import type { StackSettings } from "./settings.js";

/**
 * Refuses another host and another name than those of the last deploy: the state says nothing of
 * them, and everything would be made there a second time. A host may get another address.
 */
export function requireSamePlace(
  { out, host, stack, deployment }: StackSettings,
  { engineId }: Pick<HostFacts, "engineId">,
  problems: Problems,
): void {
  const deployed = readDeployed(out);
  if (!deployed) return;
  const url = host.url ?? "";
  const same = deployed.engine === "" ? deployed.host === url : deployed.engine === engineId;
  const called = (place: string) => place || "this machine's engine";
  const other = "use another folder with --out";
  const renewed =
    deployed.host === url
      ? `; or, where that machine was installed anew, remove "${deployedFile(out)}"`
      : "";
  problems.require(
    same,
    "MLSTACK_DOCKER_HOST",
    `must stay "${called(deployed.host)}", to which "${out}" was deployed and where its data is; got "${called(url)}", which is another engine; ${other}${renewed}`,
  );
  const down = `${selfCommand()} destroy ${stack} --out ${shellWord(out)} --name ${deployed.name} --delete-data …`;
  problems.require(
    deployed.name === "" || deployed.name === deployment.name,
    "MLSTACK_NAME",
    `must stay "${deployed.name}", under which "${out}" was deployed; got "${deployment.name}"; ${other}, or remove it first with its data: ${down}`,
  );
}

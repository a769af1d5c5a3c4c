import type { Problems } from "../../constructs/mlflow/index.js";
import type { HostFacts } from "../host/facts.js";
import { localEngine } from "../tools/docker-engine.js";
import { shellWord } from "../tools/shell-word.js";
import { labelsIn } from "../tools/state-file.js";
import type { State } from "../terraform/state.js";
import { removalCommand } from "./command-line.js";
import type { LastPlace } from "./last-place.js";
import type { StackSettings } from "./settings.js";

/** What tells one host from another. */
type Facts = Pick<HostFacts, "engineId"> & Partial<Pick<HostFacts, "volumes" | "containers">>;

/**
 * Refuses another host and another name than those of the last deploy: everything would be made
 * there a second time. A host may get another address.
 *
 * @param state - tells the name where the folder has lost it and the state is elsewhere
 */
export function requireSamePlace(
  settings: StackSettings,
  facts: Facts,
  problems: Problems,
  state?: State,
): void {
  const { out, host, stack, deployment, place } = settings;
  const other = "use another folder with --out";
  if (place) requireHost(place, host.url ?? "", facts, out, problems);
  const name = place?.name || labelsIn((state?.resources ?? []).map(({ values }) => values))?.name;
  if (!name) return;
  problems.require(
    name === deployment.name,
    "MLSTACK_NAME",
    `must stay "${name}", under which "${out}" was deployed; got "${deployment.name}"; use --name ${shellWord(name)}, or ${other}, or remove that one with its data first: ${removalCommand(stack, out, name)}`,
  );
}

function requireHost(
  place: LastPlace,
  url: string,
  facts: Facts,
  out: string,
  problems: Problems,
): void {
  if (place.host === undefined) return;
  const same =
    place.engine === ""
      ? place.host === url || hasOwn(place, facts)
      : place.engine === facts.engineId;
  const called = (host: string) => host || "this machine's engine";
  const renewed =
    place.host === url && place.engine !== ""
      ? `; or, where that machine was installed anew, remove "${place.file}"`
      : "";
  const back = place.host === url ? "" : `use --host ${place.host || localEngine}, or `;
  problems.require(
    same,
    "MLSTACK_DOCKER_HOST",
    `must stay "${called(place.host)}", to which "${out}" was deployed and where its data is; got "${called(url)}", which is another engine; ${back}use another folder with --out${renewed}`,
  );
}

/** Whether the host has something of the deployment; asked where its engine's id is not known. */
function hasOwn({ name, owner }: LastPlace, { volumes = [], containers = [] }: Facts): boolean {
  return [...volumes, ...containers].some(
    (one) => owner !== "" && one.owner === owner && one.deployment === name,
  );
}

import type { MlflowDeployment } from "../../constructs/mlflow/index.js";
import { resourcesOf, textsOf, type Block, type Configuration } from "../helpers/docker-target.js";
import { commandsOf } from "./docker-run.js";

/** A rule over a configuration: a number of the security checklist, or one of this target alone. */
export interface DockerAssertion {
  readonly number: string;
  readonly rule: string;
  /** Where the configuration breaks the rule; empty where it keeps it. */
  readonly violations: (file: Configuration, deployment: MlflowDeployment) => readonly string[];
}

type BlockCheck = (block: Block) => boolean;

/** A rule that each resource of a type keeps for itself. `broken` answers true for one that does not. */
const every = (
  number: string,
  rule: string,
  type: string,
  broken: BlockCheck,
): DockerAssertion => ({
  number,
  rule,
  violations: (file) =>
    Object.entries(resourcesOf(file, type))
      .filter(([, block]) => broken(block))
      .map(([name]) => `${type}.${name}`),
});

/** Attributes whose value would be a secret, whoever supplies it. */
const secretAttribute =
  /\/(password|master_password|secret_string|secret|token|registry_auth|private_key|key_material)$/;

const notRead = (path: string): boolean =>
  !/^\/resource\/terraform_data\/[^/]+\/provisioner\/\d+\/local-exec\/environment\/MLSTACK_INPUT$/.test(
    path,
  );

const secretAssertions: readonly DockerAssertion[] = [
  {
    number: "25",
    rule: "secrets are ephemeral variables without a value, and nothing generates one",
    violations: (file, { secrets }) => {
      const loose = secrets.flatMap(({ name }) => {
        const { ephemeral, sensitive, nullable, default: value } = file.variable[name] ?? {};
        const held = ephemeral && sensitive && nullable === false && value === undefined;
        return held ? [] : [`variable.${name}`];
      });
      const attributes = textsOf(file.resource).filter(([path]) => secretAttribute.test(path));
      const generated = Object.keys(file.resource).filter((type) => type.startsWith("random_"));
      return [...loose, ...attributes.map(([path]) => path), ...generated];
    },
  },
  {
    number: "26",
    rule: "a secret goes to a job's standard input and nowhere else",
    violations: (file, { secrets }) => {
      const { variable: _, ...rest } = file;
      const names = new RegExp(`var\\.(${secrets.map(({ name }) => name).join("|")})\\b`);
      const read = textsOf(rest).filter(([, text]) => secrets.length > 0 && names.test(text));
      const uploads = Object.entries(resourcesOf(file, "docker_container"))
        .filter(([, block]) => block["upload"] !== undefined)
        .map(([name]) => `${name} has files in the state`);
      return [...read.filter(([path]) => notRead(path)).map(([path]) => path), ...uploads];
    },
  },
  {
    number: "27",
    rule: "the state is a file that git ignores, or encrypted and locked",
    violations: ({ terraform }) => {
      const { local, s3, pg, ...others } = (terraform["backend"] ?? {}) as Record<string, Block>;
      const kept =
        /(^|\/)[^/]*\.tfstate[^/]*$/.test(local?.["path"] ?? "") ||
        (s3?.["encrypt"] === true && s3["use_lockfile"] === true) ||
        (pg !== undefined && pg["conn_str"] === undefined);
      return kept && Object.keys(others).length === 0 ? [] : ["terraform.backend"];
    },
  },
];

const container = "docker_container";

/** As Go prints a duration below an hour. */
const goDuration = /^([1-9]\d*m)?[1-5]?\ds$/;

const lifeAssertions: readonly DockerAssertion[] = [
  every("D1", "a container is waited for until it is healthy", container, (block) => {
    const { wait, wait_timeout: seconds = 0, must_run: runs, healthcheck } = block;
    return !wait || !(seconds > 0) || !runs || healthcheck === undefined;
  }),
  every("D2", "a container that goes has its time to stop", container, (block) => {
    const { destroy_grace_seconds: grace, stop_timeout: stop } = block;
    return !(grace > 0) || grace !== stop;
  }),
  every("D3", "volumes with data are not destroyed", "docker_volume", (block) => {
    const isData = String(block["name"]).endsWith("-data");
    return isData && block["lifecycle"]?.prevent_destroy !== true;
  }),
  {
    number: "D4",
    rule: "the provider is one that leaves stopped containers alone while it plans",
    violations: ({ terraform }) => {
      const { source, version } = terraform["required_providers"]?.docker ?? {};
      return source === "kreuzwerker/docker" && version === "~> 4.5" ? [] : [`${version}`];
    },
  },
  every("D5", "attributes are written as the provider reads them back", container, (block) => {
    const { healthcheck, cpus, memory, memory_swap: swap, network_mode: mode } = block;
    const { interval, timeout, start_period: start, start_interval: again } = healthcheck ?? {};
    const times = [interval, timeout, start, again].filter((text) => text !== undefined);
    return (
      times.some((text) => !goDuration.test(text)) ||
      (cpus !== undefined && !/^\d+\.\d+$/.test(cpus)) ||
      (memory !== undefined && swap !== memory * 2) ||
      mode === undefined
    );
  }),
  every(
    "D6",
    "images stay when the deployment goes",
    "docker_image",
    (block) => !block["keep_locally"],
  ),
  {
    number: "D7",
    rule: "a command on the host that fails makes the apply fail",
    violations: (file) => {
      const blocks = [container, "terraform_data"].flatMap((type) =>
        Object.entries(resourcesOf(file, type)),
      );
      return blocks.filter(([, block]) => goesOn(block)).map(([name]) => name);
    },
  },
];

function goesOn(block: Block): boolean {
  const provisioners = (block["provisioner"] ?? []) as Block[];
  const each = provisioners.map((provisioner) => provisioner["local-exec"] as Block);
  const late = each.some(
    ({ on_failure: failure, when }) => failure !== undefined || when !== undefined,
  );
  const last = commandsOf(block).at(-1) ?? [];
  return (
    each.length !== 1 ||
    late ||
    !["run", "update"].includes(last[0] ?? "") ||
    last.includes("--detach")
  );
}

/** Rules of the Docker target, next to those that it shares with Compose. */
export const assertions: readonly DockerAssertion[] = [...secretAssertions, ...lifeAssertions];

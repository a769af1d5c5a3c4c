import { ownerLabel } from "../../constructs/docker/names.js";
import type { ByKind } from "../host/names.js";
import type { State, StateResource } from "../terraform/state.js";
import { environmentOf } from "../tools/env-lines.js";
import { labelOf } from "../tools/state-file.js";

/** A container that the state knows. */
export interface ExpectedContainer {
  readonly address: string;
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Names of the networks that it is on. */
  readonly networks: readonly string[];
}

/** An image that the state knows. */
export interface ExpectedImage {
  readonly address: string;
  /** With its tag. */
  readonly name: string;
  readonly imageId: string;
}

/** A network or volume that the state knows. */
export interface ExpectedObject {
  readonly address: string;
  readonly id: string;
  readonly name: string;
}

/** What must be on the host, as the last apply left it. */
export interface Expected {
  readonly containers: readonly ExpectedContainer[];
  readonly images: readonly ExpectedImage[];
  readonly networks: readonly ExpectedObject[];
  readonly volumes: readonly ExpectedObject[];
}

export function readExpected(state: State | undefined): Expected {
  const resources = state?.resources ?? [];
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  return {
    containers: of("docker_container").map((resource) => ({
      ...object(resource),
      imageId: text(resource, "image"),
      environment: environmentOf(listOf(resource, "env").map(String)),
      networks: listOf(resource, "networks_advanced").map(nameIn),
    })),
    images: of("docker_image").map((resource) => ({
      address: resource.address,
      name: text(resource, "name"),
      imageId: text(resource, "image_id"),
    })),
    networks: of("docker_network").map(object),
    volumes: of("docker_volume").map(object),
  };
}

/** Ids on the host, a volume's being its name. */
export const knownBy = ({ containers, networks, volumes }: Expected): ByKind => ({
  containers: containers.map(({ id }) => id),
  networks: networks.map(({ id }) => id),
  volumes: volumes.map(({ name }) => name),
});

/** The mark of the folder that all of it was deployed from; undefined: nothing in it has one. */
export function ownerIn(state: State | undefined): string | undefined {
  const owners = (state?.resources ?? []).map(({ values }) => labelOf(values, ownerLabel));
  return owners.find((owner) => owner !== "");
}

const text = ({ values }: StateResource, name: string): string => String(values[name] ?? "");

const object = (resource: StateResource): ExpectedObject => ({
  address: resource.address,
  id: text(resource, "id"),
  name: text(resource, "name"),
});

const listOf = ({ values }: StateResource, name: string): readonly unknown[] => {
  const list = values[name];
  return Array.isArray(list) ? list : [];
};

const nameIn = (block: unknown): string => String((block as Record<string, unknown>)["name"]);

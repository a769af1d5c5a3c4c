import type { State, StateResource } from "../terraform/state.js";

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
  /** Whether it is built from the tracking server's files and not pulled. */
  readonly built: boolean;
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
      environment: environmentOf(resource),
      networks: networksOf(resource),
    })),
    images: of("docker_image").map((resource) => ({
      address: resource.address,
      name: text(resource, "name"),
      imageId: text(resource, "image_id"),
      built: Array.isArray(resource.values["build"]) && resource.values["build"].length > 0,
    })),
    networks: of("docker_network").map(object),
    volumes: of("docker_volume").map(object),
  };
}

const text = ({ values }: StateResource, name: string): string => String(values[name] ?? "");

const object = (resource: StateResource): ExpectedObject => ({
  address: resource.address,
  id: text(resource, "id"),
  name: text(resource, "name"),
});

function environmentOf({ values }: StateResource): Readonly<Record<string, string>> {
  const lines = Array.isArray(values["env"]) ? values["env"].map(String) : [];
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

const networksOf = ({ values }: StateResource): readonly string[] =>
  Array.isArray(values["networks_advanced"])
    ? values["networks_advanced"].map(({ name }: Record<string, unknown>) => String(name))
    : [];

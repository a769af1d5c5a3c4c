import { App, Testing } from "cdktf";
import { DockerStack, type DockerStackProps } from "../../stacks/docker-stack.js";
import { resolveDeployment, type MlflowDeploymentProps } from "../../constructs/mlflow/index.js";

/** A block of a configuration, whatever its type has. */
export type Block = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

/** A Terraform configuration: blocks by type and name. */
export interface Configuration {
  terraform: Block;
  provider: Record<string, Block[]>;
  resource: Record<string, Record<string, Block>>;
  variable: Record<string, Block>;
  output: Record<string, Block>;
}

export type StackOptions = Omit<DockerStackProps, "deployment">;

/** The stack of a deployment, in an app that writes nothing. */
export const stackOf = (props: MlflowDeploymentProps, options: StackOptions = {}): DockerStack =>
  new DockerStack(new App(), "stack", { deployment: resolveDeployment(props), ...options });

/** Its configuration as text, without metadata. */
export const synthText = (props: MlflowDeploymentProps, options: StackOptions = {}): string =>
  Testing.synth(stackOf(props, options));

export const synth = (props: MlflowDeploymentProps, options: StackOptions = {}): Configuration =>
  JSON.parse(synthText(props, options)) as Configuration;

/** Resources of a type, by name. */
export const resourcesOf = (file: Configuration, type: string): Readonly<Record<string, Block>> =>
  file.resource[type] ?? {};

/** Every text of a value, however deep, with the path to it. */
export function textsOf(value: unknown, path = ""): readonly (readonly [string, string])[] {
  if (typeof value === "string") return [[path, value]];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, each]) => textsOf(each, `${path}/${key}`));
}

/** Images by the references that containers and jobs have to them. */
export function dockerImages(file: Configuration): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(resourcesOf(file, "docker_image")).flatMap(([id, { name }]) => [
      [`docker_image.${id}`, name],
      [`\${docker_image.${id}.name}`, name],
    ]),
  ) as Record<string, string>;
}

/** What Terraform makes of a text without references. */
export const unescapeTemplate = (text: string): string => text.replaceAll(/([$%])\1\{/g, "$1{");

/** A copy in which the texts outside of provisioners are as Terraform hands them on. */
export function unescaped<T>(value: T): T {
  if (typeof value === "string") return unescapeTemplate(value) as T;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(unescaped) as T;
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    key === "provisioner" ? (each as unknown) : unescaped(each as unknown),
  ]);
  return Object.fromEntries(entries) as T;
}

import { unreachable } from "./errors.js";
import type { ContainerRole } from "./container.js";
import type { SecretName } from "./secrets.js";

/** One piece of the value of an environment variable. */
export type EnvPart =
  | { readonly kind: "literal"; readonly text: string }
  /** Where the file with this secret is. The value itself is never part of a variable. */
  | { readonly kind: "secret-file"; readonly name: SecretName }
  /** The host name of another role's container. */
  | { readonly kind: "address"; readonly role: ContainerRole }
  /**
   * A place on the tracking server's data volume, relative and with `/`. A container and a local
   * process, on Linux or Windows, each write it differently.
   */
  | { readonly kind: "data-path"; readonly path: string; readonly form: PathForm }
  /** Where the server itself listens: inside a container not what the host publishes. */
  | { readonly kind: "listen"; readonly part: "host" | "port" };

/** `path`: as a program opens it; `file-uri`: `file:///…`; `sqlite-uri`: `sqlite:///…`. */
export type PathForm = "path" | "file-uri" | "sqlite-uri";

/** The value of an environment variable before a target gives addresses and paths their form. */
export type EnvValue = readonly EnvPart[];

/** What a target supplies to turn an `EnvValue` into its own text. Escaping belongs here. */
export interface EnvResolver {
  literal(text: string): string;
  secretFile(name: SecretName): string;
  address(role: ContainerRole): string;
  dataPath(path: string, form: PathForm): string;
  listen(part: "host" | "port"): string;
}

export const literal = (text: string): EnvValue => [{ kind: "literal", text }];
export const listen = (part: "host" | "port"): EnvValue => [{ kind: "listen", part }];
export const secretFile = (name: SecretName): EnvValue => [{ kind: "secret-file", name }];
export const dataPath = (path: string, form: PathForm): EnvValue => [
  { kind: "data-path", path, form },
];

/** Joins text and parts: ``envValue`http://${address("artifact-store")}:9000` ``. */
export function envValue(texts: TemplateStringsArray, ...parts: readonly EnvPart[]): EnvValue {
  return texts.flatMap((text, index): EnvPart[] => {
    const part = parts[index];
    return [...(text === "" ? [] : [{ kind: "literal" as const, text }]), ...(part ? [part] : [])];
  });
}

export const address = (role: ContainerRole): EnvPart => ({ kind: "address", role });

/** The text of `value` in one target. */
export function resolveEnvValue(value: EnvValue, resolver: EnvResolver): string {
  return value.map((part) => resolvePart(part, resolver)).join("");
}

function resolvePart(part: EnvPart, resolver: EnvResolver): string {
  switch (part.kind) {
    case "literal":
      return resolver.literal(part.text);
    case "secret-file":
      return resolver.secretFile(part.name);
    case "address":
      return resolver.address(part.role);
    case "data-path":
      return resolver.dataPath(part.path, part.form);
    case "listen":
      return resolver.listen(part.part);
    default:
      return unreachable(part);
  }
}

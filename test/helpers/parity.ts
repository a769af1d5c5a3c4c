import type { HostPath, MlflowDeploymentProps } from "../../constructs/mlflow/index.js";

/** Types whose inside is one value to the user. */
type Leaf = string | number | boolean | undefined | readonly unknown[] | HostPath;

/** `trackingServer` and below it `trackingServer.port`; a kind of a union is `store[kind].field`. */
type FieldsOf<T, Prefix extends string> = T extends { readonly kind: infer Kind extends string }
  ? ObjectFields<Omit<T, "kind">, `${Prefix}[${Kind}]`>
  : ObjectFields<T, Prefix>;

type ObjectFields<T, Prefix extends string> = {
  [K in keyof T & string]-?:
    | (Record<never, never> extends Pick<T, K> ? Join<Prefix, K> : never)
    | NestedFields<T[K], Join<Prefix, K>>;
}[keyof T & string];

type NestedFields<T, Path extends string> = T extends Leaf ? never : FieldsOf<T, Path>;

type Join<Prefix extends string, K extends string> = Prefix extends "" ? K : `${Prefix}.${K}`;

/** Every optional field of the props, by path. A new field makes each table without it an error. */
export type OptionalField = FieldsOf<MlflowDeploymentProps, "">;

/** Paths under which a `ConfigError` may refuse this field: itself, its store's kind, the topology. */
export function namesOf(field: string): readonly string[] {
  const path = field.replace(/\[[^\]]*\]/, "");
  const kind = /^(\w+)\[/.exec(field);
  return [path, "topology", ...(kind ? [`${kind[1]}.kind`] : [`${path}.kind`])];
}

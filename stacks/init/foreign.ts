import type { Topology } from "../../constructs/mlflow/index.js";
import type { VariableName } from "../../env/schema.js";
import {
  artifactStoreKind,
  artifactStoreVariables,
  backendStoreKind,
  backendStoreVariables,
} from "../../env/store-variables.js";
import type { Answers } from "./questions.js";

/**
 * Variables that another kind of store left in the file, where they would be refused.
 *
 * @param before - what the file has; its bucket is another store's when the kind changes
 */
export function foreignVariables(
  topology: Topology,
  answers: Answers,
  before: Answers,
): readonly VariableName[] {
  const artifacts = artifactStoreKind(topology, answers);
  const backend = backendStoreKind(topology, answers);
  const { MLFLOW_BACKEND_STORE_URI: uri } = answers;
  const told = uri ? backendStoreKind(topology, { MLFLOW_BACKEND_STORE_URI: uri }) : backend;
  const names: VariableName[] = [
    ...others(artifactStoreVariables, artifacts),
    ...others(backendStoreVariables, backend),
    ...(artifacts !== artifactStoreKind(topology, before)
      ? (["MLFLOW_ARTIFACTS_DESTINATION"] as const)
      : []),
    ...(told !== backend ? (["MLFLOW_BACKEND_STORE_URI"] as const) : []),
  ];
  return names.filter((name) => answers[name] !== undefined);
}

/** Variables of the other kinds that a kind does not take; none for a kind that there is not. */
function others<Kind extends string>(
  variables: Readonly<Record<Kind, readonly VariableName[]>>,
  kind: Kind,
): readonly VariableName[] {
  const own = variables[kind] as readonly VariableName[] | undefined;
  const all = Object.values<readonly VariableName[]>(variables).flat();
  return own === undefined ? [] : all.filter((name) => !own.includes(name));
}

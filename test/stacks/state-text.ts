/** What a local state says of a deployment. */
export interface StateOf {
  readonly name: string;
  readonly owner: string;
  /** undefined: its first apply was cut off */
  readonly host?: string | undefined;
}

/** The text of a `terraform.tfstate`, as far as this project reads it. */
export function stateText({ name, owner, host }: StateOf): string {
  const labels = [
    { label: "mlflow-stacks.deployment", value: name },
    { label: "mlflow-stacks.owner", value: owner },
  ];
  return JSON.stringify({
    version: 4,
    outputs: host === undefined ? {} : { docker_host: { value: host, type: "string" } },
    resources: [
      { type: "terraform_data", instances: [{ attributes: { id: "1" } }] },
      { type: "docker_volume", instances: [{ attributes: { labels } }] },
    ],
  });
}

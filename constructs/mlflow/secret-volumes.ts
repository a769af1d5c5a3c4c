import type { ContainerRole, ContainerSpec, Mount, SecretReader, VolumeName } from "./container.js";
import type { EnvValue } from "./env-value.js";
import type { SecretName } from "./secrets.js";

/** Where every program of the deployment finds its secrets, one file each. */
export const secretDirectory = "/run/secrets";

export const secretVolume = (role: SecretReader): VolumeName => `${role}-secrets`;

/** Secrets that these variables point to. */
export function secretsOf(environment: Readonly<Record<string, EnvValue>>): readonly SecretName[] {
  const names = Object.values(environment).flatMap((value) =>
    value.flatMap((part) => (part.kind === "secret-file" ? [part.name] : [])),
  );
  return [...new Set(names)];
}

/** What a container that reads secrets mounts and waits for; nothing for one that reads none. */
export function readsSecrets(
  role: SecretReader,
  environment: Readonly<Record<string, EnvValue>>,
): { readonly mounts: readonly Mount[]; readonly startAfter: ContainerSpec["startAfter"] } {
  if (secretsOf(environment).length === 0) return { mounts: [], startAfter: [] };
  const source = { kind: "volume", name: secretVolume(role) } as const;
  const job: ContainerRole = "secrets-init";
  return {
    mounts: [{ source, path: secretDirectory, readOnly: true }],
    startAfter: [{ role: job, condition: "completed" }],
  };
}

import type { Problems, SecretName, VolumeName } from "../../constructs/mlflow/index.js";
import type { Settings } from "../settings.js";
import { run } from "../tools/docker.js";

/** Which volume only its own secret opens. */
const lockedVolumes = [
  ["POSTGRES_PASSWORD", "backend-store-data"],
  ["RUSTFS_SECRET_KEY", "artifact-store-data"],
  ["MLFLOW_CRYPTO_KEK_PASSPHRASE", "tracking-server-data"],
] as const satisfies readonly (readonly [SecretName, VolumeName])[];

/** New passwords cannot open old volumes: whoever lost `.env` must hear it before anything starts. */
export async function requireKnownVolumes(
  { deployment, out }: Settings,
  made: readonly SecretName[],
  problems: Problems,
): Promise<void> {
  if (!lockedVolumes.some(([secret]) => made.includes(secret))) return;
  const { stdout } = await run(["volume", "ls", "--quiet", "--filter", `name=${deployment.name}_`]);
  requireOpened({ deployment, out }, made, stdout.split("\n"), problems);
}

/** The same with the names of the engine's volumes. */
export function requireOpened(
  { deployment, out }: Pick<Settings, "deployment" | "out">,
  made: readonly SecretName[],
  volumes: readonly string[],
  problems: Problems,
): void {
  for (const [secret, volume] of lockedVolumes.filter(([name]) => made.includes(name))) {
    const name = `${deployment.name}_${volume}`;
    problems.require(
      !volumes.includes(name),
      secret,
      `is not in "${out}/.env", but the volume ${name} was made with it; put the old value back, choose another MLSTACK_NAME, or remove the volume and what is in it: docker volume rm ${name}`,
    );
  }
}

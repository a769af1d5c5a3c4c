import { LocalBackend, PgBackend, S3Backend, type TerraformStack } from "cdktf";
import { unreachable } from "../../constructs/mlflow/index.js";
import type { StateBackend } from "./state-backend.js";

/**
 * Where a stack's state is kept.
 *
 * @param path - file of a local state, relative to the folder of the configuration
 */
export function addBackend(stack: TerraformStack, state: StateBackend, path: string): void {
  switch (state.kind) {
    case "local":
      new LocalBackend(stack, { path });
      return;
    case "s3": {
      const { bucket, key, region, encrypt, endpoint, profile } = state;
      new S3Backend(stack, {
        bucket,
        key,
        region,
        encrypt,
        ...(profile !== undefined && { profile }),
      });
      // Newer than the bindings: S3 itself keeps the lock.
      stack.addOverride("terraform.backend.s3.use_lockfile", true);
      if (endpoint !== undefined) {
        stack.addOverride("terraform.backend.s3.endpoints", { s3: endpoint });
        for (const flag of ownServerFlags) stack.addOverride(`terraform.backend.s3.${flag}`, true);
      }
      return;
    }
    case "pg":
      // The connection string stays in PG_CONN_STR; the bindings want one all the same.
      new PgBackend(stack, { connStr: "", schemaName: state.schemaName });
      stack.addOverride("terraform.backend.pg.conn_str", undefined);
      return;
    default:
      unreachable(state);
  }
}

/** What only Amazon's own S3 answers. */
const ownServerFlags = [
  "use_path_style",
  "skip_credentials_validation",
  "skip_requesting_account_id",
  "skip_metadata_api_check",
  "skip_region_validation",
  "skip_s3_checksum",
] as const;

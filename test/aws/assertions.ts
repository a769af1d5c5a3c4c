import type { AwsAssertion } from "./assertion.js";
import { computeAssertions } from "./compute-assertions.js";
import { dataAssertions } from "./data-assertions.js";
import { networkAssertions } from "./network-assertions.js";

/** Rules 25 to 38 of the security checklist, over what is synthesised for AWS. */
export const assertions: readonly AwsAssertion[] = [
  ...dataAssertions,
  ...networkAssertions,
  ...computeAssertions,
].toSorted((one, other) => one.number - other.number);

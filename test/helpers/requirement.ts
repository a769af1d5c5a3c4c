import { appendFileSync } from "node:fs";
import { describe, test } from "vitest";

/** Something that a machine may not have. */
export interface Requirement {
  /** Why it is not there; undefined: it is. */
  readonly missing: string | undefined;
  /** `a Docker engine`, for the failure with CI=true. */
  readonly needs: string;
  /** Line of the file that `MLSTACK_TEST_NOT_RUN` names. */
  readonly note: string;
}

/**
 * Tests that need something. Without it they are skipped and named in the file that
 * `MLSTACK_TEST_NOT_RUN` names; with CI=true they fail.
 *
 * @param otherwise - declares the tests that are skipped
 */
export function describeWhere(
  name: string,
  { missing, needs, note }: Requirement,
  body: () => void,
  otherwise = body,
): void {
  if (missing === undefined) {
    describe(name, body);
  } else if (process.env["CI"] === "true") {
    test(`${name} needs ${needs}`, () => {
      throw new Error(`${missing}; with CI=true it is required`);
    });
  } else {
    const file = process.env["MLSTACK_TEST_NOT_RUN"];
    if (file) appendFileSync(file, `${note}\n`);
    describe.skip(name, otherwise);
  }
}

import { expect, test } from "vitest";
import { requireOwnSecrets } from "../../stacks/stack/own-secrets.js";
import { messageOf } from "../helpers/deployments.js";

const kek = "MLFLOW_CRYPTO_KEK_PASSPHRASE";

test("a state that another folder deployed gets no new secrets", () => {
  const refused = messageOf(() => requireOwnSecrets("lab", { made: [kek], owner: "two" }, "one"));
  expect(refused).toContain("lab/.env: must hold the secrets of what the state has");
  expect(refused).toContain(kek);
});

test.each([
  ["the folder has them", { made: [], owner: "two" }, "one"],
  ["it is the folder's own, with a store that is new", { made: [kek], owner: "one" }, "one"],
  ["the state is new", { made: [kek], owner: "one" }, undefined],
] as const)("nothing is refused where %s", (_, generated, before) => {
  expect(messageOf(() => requireOwnSecrets("lab", generated, before))).toBe("(accepted)");
});

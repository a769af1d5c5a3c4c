import type { BuildContextAssets } from "../../compose-templates/index.js";

/** A build context of one line each, for tests that ask what differs and not what it says. */
export const shortAssets = (): BuildContextAssets => ({
  dockerfile: "FROM scratch\n",
  scripts: { "run.py": "pass\n" },
  requirements: {
    core: "core==1\n",
    s3: "s3==1\n",
    postgres: "postgres==1\n",
    mysql: "mysql==1\n",
    login: "login==1\n",
  },
});

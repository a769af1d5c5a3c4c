// Writes what is generated from env/schema.ts and target.ts: env/*.env.example and the README's
// tables. A test compares them; `npm run docs` makes them again.
import { readFileSync, writeFileSync } from "node:fs";
import { topologyNames } from "../constructs/mlflow/index.js";
import { formatSettingsFile } from "../env/example.js";
import { fillReadme } from "./readme-tables.js";

for (const topology of topologyNames) {
  writeFileSync(`env/${topology}.env.example`, formatSettingsFile(topology));
}
writeFileSync("env/home-lab.env.example", formatSettingsFile("remote-server", {}, "stack"));
writeFileSync("env/aws.env.example", formatSettingsFile("remote-server", {}, "aws"));
writeFileSync("README.md", fillReadme(readFileSync("README.md", "utf8")));

import { App } from "cdktf";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { readAwsSettings } from "./aws/settings.js";
import { awsFolder } from "./aws/standard.js";
import { settingsFileName } from "./settings.js";
import { readStackSettings } from "./stack/settings.js";
import { addStack } from "./stack/synth.js";
import { currentEngine } from "./tools/docker-engine.js";
import { writeSecrets, writeVariables } from "./stack/variables.js";

/**
 * The app of cdktf.json, for people who have cdktf-cli: each stack as its folder's `mlstack.env`
 * says. `mlstack plan` and `mlstack deploy` make the same stacks and need no cdktf-cli.
 */
const app = new App();
const hasAws = existsSync(resolve(awsFolder, settingsFileName));
// Whoever has AWS alone does not want a folder with passwords for a Docker host.
const hasLab = !hasAws || existsSync(resolve("mlflow", "home-lab"));
const stacks = hasLab ? [readStackSettings("home-lab", {}, currentEngine)] : [];
const aws = hasAws ? [readAwsSettings({})] : [];
const made = stacks.map((settings) => ({ settings, generated: writeSecrets(settings) }));
for (const { settings, generated } of made) addStack(app, settings, generated);
for (const settings of aws) (await import("./aws/synth.js")).addAwsStack(app, settings);
app.synth();
for (const { settings, generated } of made) {
  writeVariables(join(app.outdir, "stacks", settings.stack), generated, process.env);
}

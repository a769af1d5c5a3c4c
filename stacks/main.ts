import { App } from "cdktf";
import { join } from "node:path";
import { stackNames, readStackSettings } from "./stack/settings.js";
import { addStack } from "./stack/synth.js";
import { currentEngine } from "./tools/docker-engine.js";
import { writeSecrets, writeVariables } from "./stack/variables.js";

/**
 * The app of cdktf.json, for people who have cdktf-cli: each stack as its folder's `mlstack.env`
 * says. `mlstack plan` and `mlstack deploy` make the same stacks and need no cdktf-cli.
 */
const app = new App();
const stacks = stackNames.map((name) => readStackSettings(name, {}, currentEngine));
const made = stacks.map((settings) => ({ settings, generated: writeSecrets(settings) }));
for (const { settings, generated } of made) addStack(app, settings, generated);
app.synth();
for (const { settings, generated } of made) {
  writeVariables(join(app.outdir, "stacks", settings.stack), generated, process.env);
}

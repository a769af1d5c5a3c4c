import { App } from "cdktf";
import { stackNames, readStackSettings } from "./stack/settings.js";
import { addStack } from "./stack/synth.js";
import { currentEngine } from "./tools/docker-engine.js";
import { writeVariables } from "./stack/variables.js";

/**
 * The app of cdktf.json, for people who have cdktf-cli: each stack as its folder's `mlstack.env`
 * says. `mlstack plan` and `mlstack deploy` make the same stacks and need no cdktf-cli.
 */
const app = new App();
const stacks = stackNames.map((name) => readStackSettings(name, {}, currentEngine));
for (const settings of stacks) addStack(app, settings);
app.synth();
for (const settings of stacks) writeVariables(app.outdir, settings, process.env);

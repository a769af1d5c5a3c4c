import { resolve } from "node:path";
import { programOf, pythonEnvironment } from "../e2e/client-environment.js";

/** A Python environment with what `test/aws/requirements.txt` names: moto and checkov. */
const awsEnvironment = (): Promise<string> =>
  pythonEnvironment("aws-python", resolve(import.meta.dirname, "../../aws/requirements.txt"));

/** Path of a program of that environment. */
export async function awsProgram(name: "moto_server" | "checkov" | "python"): Promise<string> {
  return programOf(await awsEnvironment(), name);
}

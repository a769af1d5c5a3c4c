import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDotenv } from "../../../../env/dotenv.js";
import { OutsideClient } from "../client.js";
import { startMlstack } from "../mlstack.js";
import type { SecondHost } from "../second-host.js";
import type { OtherEngine, TerraformStack } from "../terraform-stack.js";

/** The second host as the engine of a stack, with a server that others reach. */
export const engineOf = (host: SecondHost): OtherEngine => ({
  flags: ["--host", host.sshUrl, "--listen", host.address],
  env: pathOf(host),
  address: host.address,
  docker: (...words) => host.docker(...words),
});

/** The same with a server on that machine's loopback alone, and these words for the way there. */
export const loopbackOf = (host: SecondHost, ...way: string[]): OtherEngine => ({
  ...engineOf(host),
  flags: ["--host", host.sshUrl, ...way],
  address: "127.0.0.1",
});

/** Terraform and Python keep their own home folder; only `ssh` is that of the client. */
const pathOf = ({ env }: SecondHost): { PATH: string } => ({ PATH: env.PATH });

/** How a command ended. */
export interface Told {
  readonly exitCode: number | undefined;
  readonly text: string;
  readonly seconds: number;
}

/**
 * Runs a verb of `mlstack`, and does `then` once, as soon as it has printed what `pattern` finds.
 *
 * @throws {Error} when it never printed that
 */
export async function mlstackUntil(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  pattern?: RegExp,
  then: () => Promise<void> = () => Promise.resolve(),
): Promise<Told> {
  const start = performance.now();
  const child = startMlstack(words, env);
  let heard = "";
  let done: Promise<void> | undefined;
  child.all.on("data", (chunk: Buffer) => {
    heard += chunk.toString();
    if (pattern?.test(heard)) done ??= then();
  });
  const { exitCode, all } = await child;
  if (pattern && !done) throw new Error(`${String(pattern)} was never printed:\n${all}`);
  await done;
  return { exitCode, text: all, seconds: (performance.now() - start) / 1000 };
}

/** A client of a stack with a login, once there is a `.env`. */
export function clientOf({ out, url }: TerraformStack): Promise<OutsideClient> {
  const { values } = parseDotenv(readFileSync(join(out, ".env"), "utf8"));
  const password = values["MLFLOW_AUTH_ADMIN_PASSWORD"];
  return OutsideClient.of({ url, ...(password && { username: "admin", password }) });
}

/** Takes the tracking server's images away there, so that one is built; what was built is cached. */
export async function removeBuilt({ docker }: SecondHost): Promise<void> {
  const found = await docker("image", "ls", "--quiet", "mlflow-stacks/tracking-server");
  const ids = [...new Set(found.split("\n").filter(Boolean))];
  if (ids.length > 0) await docker("image", "rm", "--force", ...ids);
}

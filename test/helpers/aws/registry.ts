import { execa, execaSync } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../e2e/ports.js";
import { waitUntil } from "../e2e/running-stack.js";
import { motoAccount } from "./moto.js";

/** A registry of images that takes the login that moto's ECR gives out. */
export interface Registry {
  /** `127.0.0.1:20123` */
  readonly host: string;
  readonly login: string;
  /** Manifest of a tag, with the registry's login; undefined: it is not there. */
  manifest(name: string, tag: string): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Why there can be none; Debian has it as the package docker-registry. */
export const missingRegistry = (): string | undefined =>
  execaSync("docker-registry", ["--version"], { reject: false }).exitCode === 0
    ? undefined
    : "there is no docker-registry command on PATH";

const password = `${motoAccount}-auth-token`;
// bcrypt of it, which neither Node nor Python has any more.
const hash = "$2y$05$mlflowstacksmlflowstaO5qzbQbco43qMjSZUDuyapfrBP0w2dwS";

export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), "mlstack-registry-"));
  const host = `127.0.0.1:${await freePort()}`;
  writeFileSync(join(folder, "htpasswd"), `AWS:${hash}\n`);
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, "data") } },
    auth: { htpasswd: { realm: "ecr", path: join(folder, "htpasswd") } },
    http: { addr: host },
  };
  writeFileSync(join(folder, "config.yml"), JSON.stringify(config));
  const words = ["serve", join(folder, "config.yml")];
  const child = execa("docker-registry", words, { stdio: "ignore", reject: false });
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  await waitUntil("the registry", 30, () =>
    fetch(`http://${host}/v2/`).then(
      ({ status }) => status === 401,
      () => false,
    ),
  );
  return {
    host,
    login: password,
    manifest: async (name, tag) => {
      const accept = "application/vnd.docker.distribution.manifest.v2+json";
      const headers = { authorization, accept };
      const answer = await fetch(`http://${host}/v2/${name}/manifests/${tag}`, { headers });
      return answer.ok ? answer.text() : undefined;
    },
    stop: async () => {
      child.kill();
      await child;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

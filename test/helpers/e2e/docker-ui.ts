import { execa } from "execa";
import { request } from "node:http";

/** The part of `docker inspect` that makes the same container again. */
interface Inspected {
  readonly Id: string;
  readonly Config: { readonly Env: readonly string[] };
  readonly HostConfig: unknown;
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] | null }>>;
  };
}

/**
 * Changes variables of a container as web pages for Docker do, since Docker itself can't: removes
 * it and makes it anew under the same name, with all that was known of it.
 */
export async function remake(
  name: string,
  change: Readonly<Record<string, string>>,
): Promise<void> {
  const { stdout } = await execa("docker", ["inspect", name]);
  const [was] = JSON.parse(stdout) as Inspected[];
  if (!was) throw new Error(`there is no container ${name}`);
  const isKept = (line: string) => !Object.hasOwn(change, line.slice(0, line.indexOf("=")));
  const edited = Object.entries(change).map(([key, value]) => `${key}=${value}`);
  const { Hostname: _, ...config } = was.Config as { Hostname?: string; Env: readonly string[] };
  await execa("docker", ["rm", "--force", name]);
  const { Id } = (await post(`/containers/create?name=${name}`, {
    ...config,
    Env: [...was.Config.Env.filter(isKept), ...edited],
    HostConfig: was.HostConfig,
    NetworkingConfig: { EndpointsConfig: {} },
  })) as { Id: string };
  for (const [network, { Aliases }] of Object.entries(was.NetworkSettings.Networks)) {
    const aliases = (Aliases ?? []).filter((alias) => !was.Id.startsWith(alias));
    const body = { Container: Id, EndpointConfig: { Aliases: aliases } };
    await post(`/networks/${network}/connect`, body);
  }
  await post(`/containers/${Id}/start`, {});
}

/** Asks the engine of this machine, whose command line takes no such whole descriptions. */
async function post(path: string, body: unknown): Promise<unknown> {
  const format = "{{.Endpoints.docker.Host}}";
  const { stdout: context } = await execa("docker", ["context", "inspect", "--format", format]);
  const socketPath = (process.env["DOCKER_HOST"] ?? context).replace("unix://", "");
  return new Promise((fulfil, fail) => {
    const headers = { "Content-Type": "application/json" };
    const sent = request({ socketPath, path, method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        if ((response.statusCode ?? 0) < 300) fulfil(text.startsWith("{") ? JSON.parse(text) : {});
        else fail(new Error(`${path} answered ${response.statusCode}: ${text}`));
      });
    });
    sent.on("error", fail);
    sent.end(JSON.stringify(body));
  });
}

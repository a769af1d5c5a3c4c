import { withTunnel } from "../host/tunnel.js";
import type { StackSession } from "../stack/session.js";
import { redact } from "../tools/redact.js";
import { runOnHost } from "../host/run.js";
import { isLoopback } from "../tools/listener.js";
import { MlflowError } from "../tools/mlflow-client.js";
import { explainFailure, proveAt } from "../up/prove-at.js";
import { lastErrors } from "../up/server-errors.js";
import { containerName } from "../../constructs/docker/names.js";

/** How far the proof went. */
export type Proof =
  | { readonly kind: "public"; readonly url: string }
  /** The server works, but this machine does not reach it under its name. */
  | { readonly kind: "inside"; readonly url: string; readonly problem: string }
  /** The same, though it listens on an address that leads to it. */
  | { readonly kind: "unreachable"; readonly url: string; readonly problem: string };

/**
 * Proves the deployment from its client's seat: under the name that people type; where that leads
 * nowhere from here, at the address that it listens on.
 *
 * @throws {Error} with what to do, when the server runs but does not do its work
 */
export async function prove(session: StackSession): Promise<Proof> {
  const { host, deployment } = session.settings;
  const { bindAddress, port, publicUrls } = deployment.trackingServer;
  const url = publicUrls[0] ?? "";
  if (!isLoopback(bindAddress) || host.kind === "local") {
    try {
      await proveAt(deployment, session.generated.secrets, url);
      return { kind: "public", url };
    } catch (error) {
      if (!isUnreachable(error)) throw await explain(session, error as Error);
      await provenInside(session, bindAddress, port);
      // One that broke off while a paused server woke up was no way that leads nowhere.
      const again = isBrokenOff(error) && (await isProven(session, url));
      if (again) return { kind: "public", url };
      return { kind: "unreachable", url, problem: (error as Error).message };
    }
  }
  await provenInside(session, bindAddress, port);
  const problem = `it listens on ${bindAddress} of that machine alone`;
  return { kind: "inside", url, problem };
}

const unreachable =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNRESET|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS)/;

const isUnreachable = (error: unknown): boolean =>
  unreachable.test(String((error as NodeJS.ErrnoException).code ?? "")) ||
  (error instanceof MlflowError && [502, 503, 504].includes(error.status));

const isBrokenOff = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === "ECONNRESET";

const isProven = ({ settings, generated }: StackSession, url: string): Promise<boolean> =>
  proveAt(settings.deployment, generated.secrets, url).then(
    () => true,
    () => false,
  );

async function provenInside(session: StackSession, address: string, port: number): Promise<void> {
  const { deployment, host } = session.settings;
  try {
    await withTunnel(host, address, port, (url) =>
      proveAt(deployment, session.generated.secrets, url),
    );
  } catch (error) {
    throw await explain(session, error as Error);
  }
}

const explain = ({ settings, generated }: StackSession, error: Error): Promise<Error> =>
  explainFailure(error, settings.out, async () => {
    const name = containerName(settings.deployment.name, "tracking-server");
    const words = ["logs", "--tail", "400", name];
    const { stdout, stderr } = await runOnHost(settings.host, words, { timeout: 20_000 });
    return lastErrors(redact(`${stdout}\n${stderr}`, generated.secrets));
  });

import { withTunnel } from "../host/tunnel.js";
import type { StackSession } from "../stack/session.js";
import { redact } from "../tools/redact.js";
import { runOnHost } from "../host/run.js";
import { isLoopback } from "../tools/listener.js";
import { MlflowClient, MlflowError } from "../tools/mlflow-client.js";
import { proveFromClient } from "../up/proof.js";
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
      await proveAt(session, url);
      return { kind: "public", url };
    } catch (error) {
      if (!isUnreachable(error)) throw await explain(session, error as Error);
      await provenInside(session, bindAddress, port);
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

async function provenInside(session: StackSession, address: string, port: number): Promise<void> {
  try {
    await withTunnel(session.settings.host, address, port, (url) => proveAt(session, url));
  } catch (error) {
    throw await explain(session, error as Error);
  }
}

function proveAt({ settings, generated }: StackSession, address: string): Promise<void> {
  const { publicUrls, login } = settings.deployment.trackingServer;
  return proveFromClient(
    new MlflowClient({
      address,
      publicUrl: publicUrls[0] ?? "",
      username: login?.adminUsername,
      password: generated.secrets.MLFLOW_AUTH_ADMIN_PASSWORD,
    }),
  );
}

async function explain({ settings, generated }: StackSession, error: Error): Promise<Error> {
  const { out, host, deployment } = settings;
  if (error instanceof MlflowError && error.status === 401) {
    return new Error(
      `the server runs, but refuses MLFLOW_AUTH_ADMIN_PASSWORD of ${out}/.env. MLflow takes it at the first start only. ` +
        "If the admin's password was changed in MLflow since, write the new one into that line.",
      { cause: error },
    );
  }
  const name = containerName(deployment.name, "tracking-server");
  const { stdout, stderr } = await runOnHost(host, ["logs", "--tail", "400", name], {
    timeout: 20_000,
  });
  const said = lastErrors(redact(`${stdout}\n${stderr}`, generated.secrets));
  const why = said === "" ? "" : `. The tracking server's log says:\n${said}`;
  return new Error(`the server runs, but: ${error.message}${why}`, { cause: error });
}

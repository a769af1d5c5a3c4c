import { setTimeout as delay } from "node:timers/promises";
import { MlflowError } from "../tools/mlflow-client.js";
import { proveAt } from "../up/prove-at.js";
import { asDeployed } from "./client-files.js";
import type { AwsOutputValues } from "./outputs.js";
import type { AwsSettings } from "./settings.js";

/** How far the proof went. */
export type AwsProof =
  | { readonly kind: "proven" }
  /** It is reached from the VPC alone, through SSM, or from ranges that this machine is not in. */
  | { readonly kind: "inside" }
  /** It answers, and the admin has another password by now. */
  | { readonly kind: "password-changed" }
  /** It could not be proven from here. */
  | { readonly kind: "not-proven"; readonly problem: string };

/** What the proof does to the world. */
export interface ProofTools {
  /** @throws when the server does not do what a client asks */
  readonly prove: () => Promise<void>;
  /** Shows a line that replaces the last. */
  readonly report: (line: string) => void;
  /** Milliseconds since some moment. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** Proves the deployment from its client's seat, where the internet reaches it. */
export async function proveAws(
  settings: Pick<AwsSettings, "target" | "deployment">,
  values: AwsOutputValues,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<AwsProof> {
  if (!settings.target.public) return { kind: "inside" };
  let password: string | undefined;
  try {
    password = await adminPassword(values);
  } catch (error) {
    const { message } = error as Error;
    return { kind: "not-proven", problem: `the admin's password can't be read: ${message}` };
  }
  const secrets = { ...(password !== undefined && { MLFLOW_AUTH_ADMIN_PASSWORD: password }) };
  const known = asDeployed(settings.deployment, values);
  return proveInTime(settings.target, {
    prove: () => proveAt(known, secrets, values.tracking_uri),
    report,
    now: () => performance.now(),
    sleep: (milliseconds) => delay(milliseconds, undefined, { signal }),
  });
}

/**
 * Minutes until a server must answer. The first boot of an instance gets packages and images; a load
 * balancer asks a task twice before it sends it anything.
 */
const patience = { host: 15, managed: 5 } as const;

const minute = 60_000;
const pause = 5000;

/** Tries until it is proven, or nothing but a human changes the answer. */
export async function proveInTime(
  target: Pick<AwsSettings["target"], "shape" | "allowedCidrs">,
  { prove, report, now, sleep }: ProofTools,
): Promise<AwsProof> {
  const begin = now();
  const minutes = patience[target.shape];
  for (;;) {
    try {
      await prove();
      return { kind: "proven" };
    } catch (error) {
      if (error instanceof MlflowError && error.status === 401) return { kind: "password-changed" };
      const known = error as KnownError;
      // Whoever is not let in gets no answer at all, not even a refusal.
      if (known.code === "ETIMEDOUT" && !letsAllIn(target)) return { kind: "inside" };
      const passed = now() - begin;
      if (!isPassing(known) || passed + pause > minutes * minute) {
        return { kind: "not-proven", problem: explain(known) };
      }
      const waited = Math.floor(passed / minute);
      report(`waiting for the server, ${waited} of at most ${minutes} minutes: ${known.message}`);
    }
    await sleep(pause);
  }
}

type KnownError = Error & { readonly code?: string };

const letsAllIn = ({ allowedCidrs }: Pick<AwsSettings["target"], "allowedCidrs">): boolean =>
  allowedCidrs.length === 0 || allowedCidrs.some((cidr) => cidr.endsWith("/0"));

/** What a load balancer without a healthy server says, and a name that is not everywhere yet. */
const isPassing = (error: KnownError): boolean =>
  error instanceof MlflowError
    ? [502, 503, 504].includes(error.status)
    : /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT)$/.test(error.code ?? "");

const explain = (error: KnownError): string =>
  /^(ENOTFOUND|EAI_AGAIN)$/.test(error.code ?? "")
    ? `${error.message}; a new name in DNS may take some more minutes`
    : error.message;

/** The admin's first password, as AWS keeps it. */
async function adminPassword({
  admin_password_secret: id,
  region,
}: AwsOutputValues): Promise<string | undefined> {
  if (id === undefined) return undefined;
  const { readSecret } = await import("./read-secret.js");
  return readSecret(id, region);
}

import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { reachableHost, type Listener } from "../tools/listener.js";

/** `unhealthy`: it did not answer in time; `ended`: the process is gone. */
export type HealthResult = "healthy" | "unhealthy" | "ended";

/**
 * Waits until the server answers with its store behind it.
 *
 * @param runs - whether the process still exists
 */
export async function waitUntilHealthy(
  listener: Listener,
  seconds: number,
  runs: () => boolean,
  signal?: AbortSignal,
): Promise<HealthResult> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    // In this order: what answers after the process ended is another program.
    const healthy = await isHealthy(listener);
    if (!runs()) return "ended";
    if (healthy) return "healthy";
    await sleep(100);
  }
  return "unhealthy";
}

/**
 * One question to the server, the same that `healthcheck.py` asks: 200 and 404 come from the
 * store; with login on, 401 comes from the login tables.
 */
export function isHealthy({ host, port }: Listener): Promise<boolean> {
  return new Promise((resolve) => {
    const query = request({
      host: reachableHost(host),
      port,
      path: "/api/2.0/mlflow/experiments/get?experiment_id=0&health",
      // localhost is always an allowed host; health:health is a user that does not exist.
      headers: { Host: `localhost:${port}`, Authorization: "Basic aGVhbHRoOmhlYWx0aA==" },
      timeout: 4000,
      agent: false,
    });
    query.on("response", (response) => {
      response.resume();
      resolve([200, 401, 404].includes(response.statusCode ?? 0));
    });
    query.on("timeout", () => query.destroy());
    query.on("error", () => resolve(false));
    query.on("close", () => resolve(false));
    query.end();
  });
}

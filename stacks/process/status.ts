import { waitUntilHealthy } from "./health.js";
import { runningListener } from "./state.js";

/** Seconds in which a server that works has answered, also on a busy machine. */
const patience = 5;

/** Whether the server of this output folder runs and answers with its store behind it. */
export async function answers(out: string): Promise<boolean> {
  const listener = runningListener(out);
  if (!listener) return false;
  const runs = () => runningListener(out) !== undefined;
  return (await waitUntilHealthy(listener, patience, runs)) === "healthy";
}

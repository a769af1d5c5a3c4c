import { createServer } from "node:net";

/**
 * Each worker of Vitest has ports of its own, below those that the system gives to whoever asks for
 * any: between the question and the use nobody else takes it.
 */
const first = 20_000;
const perWorker = 2_500;
const workers = 4;

const worker = Number(process.env["VITEST_POOL_ID"] ?? 0) % workers;
// A file's process does not know what the one before it had, some of which may be held yet.
let next = Math.floor(Math.random() * perWorker);

/** A port that nothing listens on now; each is given once. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < perWorker; tries += 1) {
    next = (next + 1) % perWorker;
    const port = first + worker * perWorker + next;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${first + worker * perWorker} on is free`);
}

/** On every address: a container may publish it on one that is not loopback. */
function isFree(port: number): Promise<boolean> {
  return new Promise((fulfil) => {
    const server = createServer().once("error", () => fulfil(false));
    server.listen(port, "0.0.0.0", () => server.close(() => fulfil(true)));
  });
}

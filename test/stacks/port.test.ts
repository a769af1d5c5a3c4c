import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localUrl } from "../../stacks/tools/listener.js";
import { portProblem, requireFreePort } from "../../stacks/tools/port.js";

const server = createServer();
let port: number;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

test("a program on all addresses takes the port of each, and the other way round", async () => {
  for (const host of ["127.0.0.1", "0.0.0.0"]) {
    expect(await portProblem({ host, port })).toMatchObject({ path: "MLFLOW_PORT" });
    await expect(requireFreePort({ host, port }, 0)).rejects.toThrow(
      `MLFLOW_PORT: must be a free port; ${port} on ${host} is taken`,
    );
  }
});

test("an address of another machine is told from a port that is taken", async () => {
  expect(await portProblem({ host: "192.0.2.1", port })).toStrictEqual({
    path: "MLFLOW_HOST",
    problem: 'must be an address of this machine; got "192.0.2.1"',
  });
});

test("waits for a program that is about to end", async () => {
  const ending = createServer();
  await new Promise<void>((resolve) => ending.listen(0, "127.0.0.1", resolve));
  const { port: soon } = ending.address() as AddressInfo;
  setTimeout(() => ending.close(), 300);
  await expect(requireFreePort({ host: "127.0.0.1", port: soon }, 5)).resolves.toBeUndefined();
});

test("a client of this machine finds a server on all addresses", () => {
  expect(localUrl({ host: "0.0.0.0", port: 5000 })).toBe("http://127.0.0.1:5000");
  expect(localUrl({ host: "::", port: 5000 })).toBe("http://[::1]:5000");
  expect(localUrl({ host: "192.0.2.1", port: 5000 })).toBe("http://192.0.2.1:5000");
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { resolveDockerHost } from "../../constructs/docker/host.js";
import { withTunnel } from "../../stacks/host/tunnel.js";
import { isAlive } from "../../stacks/tools/is-alive.js";
import { fakeHost } from "./fake-host.js";

const fake = fakeHost();
const box = resolveDockerHost({ url: "ssh://me@box" });
const scratch = mkdtempSync(join(tmpdir(), "mlstack-tunnel-"));

/** What `ssh -L` does; its id is in a file. */
const forward = `exec node -e '
const net = require("node:net");
const [, port, host, to] = /-L 127.0.0.1:(\\d+):(.*?):(\\d+) /.exec(process.argv[1]);
net.createServer((one) => {
  const other = net.connect(Number(to), host);
  other.on("error", () => {
    console.error("channel 2: open failed: connect failed: Connection refused");
    one.destroy();
  });
  one.on("error", () => other.destroy());
  one.pipe(other).pipe(one);
}).listen(Number(port), "127.0.0.1");
require("node:fs").writeFileSync(process.env.PID_FILE, String(process.pid));
' -- "$*"`;

const server = createServer((_, response) => response.end("hello"));
const port = (): number => (server.address() as AddressInfo).port;
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
beforeEach(() => vi.stubEnv("PID_FILE", join(scratch, "pid")));
afterAll(() => {
  server.close();
  rmSync(scratch, { recursive: true, force: true });
});

const get = async (url: string): Promise<string> => (await fetch(url)).text();
const forwarder = (): number => Number(readFileSync(join(scratch, "pid"), "utf8"));

test("work goes through, over a connection of its own that ends with it", async () => {
  fake.become({ ssh: forward });
  expect(await withTunnel(box, "0.0.0.0", port(), get)).toBe("hello");
  expect(fake.asked()).toEqual([
    expect.stringMatching(
      new RegExp(
        `^-o ExitOnForwardFailure=yes -N -L 127.0.0.1:\\d+:127.0.0.1:${port()} -o ControlMaster=no -o ControlPath=none -o .* -- box$`,
      ),
    ),
  ]);
  expect(isAlive(forwarder())).toBe(false);
});

test("it ends when the work fails, whose own error is told", async () => {
  fake.become({ ssh: forward });
  const work = async () => {
    throw new Error("mine");
  };
  await expect(withTunnel(box, "127.0.0.1", port(), work)).rejects.toThrow(/^mine$/);
  expect(isAlive(forwarder())).toBe(false);
});

test("a way that is no longer there is told beside the work's error", async () => {
  fake.become({ ssh: forward });
  const work = async (url: string) => {
    process.kill(forwarder());
    await sleep(500);
    return get(url);
  };
  await expect(withTunnel(box, "127.0.0.1", port(), work)).rejects.toThrow(
    /^the connection to "me@box" broke: ssh ended \(fetch failed\)$/,
  );
});

test("a port of the host where nothing answers", async () => {
  fake.become({ ssh: forward });
  await expect(withTunnel(box, "127.0.0.1", 1, get)).rejects.toThrow(
    /^"me@box" does not reach 127.0.0.1:1: Connection refused/,
  );
});

test("an ssh that does not get there", async () => {
  fake.become({ ssh: "echo 'me@box: Permission denied (publickey).' >&2; exit 255" });
  await expect(withTunnel(box, "127.0.0.1", port(), get)).rejects.toThrow(
    /^"me@box" does not accept your ssh key/,
  );
});

test("one that is told to end before it got there", async () => {
  fake.become({ ssh: "exec sleep 20" });
  const began = Date.now();
  const work = withTunnel(box, "127.0.0.1", port(), get, AbortSignal.timeout(300));
  await expect(work).rejects.toThrow(/abort/);
  expect(Date.now() - began).toBeLessThan(10_000);
});

test("without ssh the address is gone to as it is", async () => {
  const url = async (text: string) => text;
  const tcp = resolveDockerHost({ url: "tcp://box:2376" });
  expect(await withTunnel(resolveDockerHost({}), "0.0.0.0", 5000, url)).toBe(
    "http://127.0.0.1:5000",
  );
  expect(await withTunnel(tcp, "0.0.0.0", 5000, url)).toBe("http://box:5000");
  expect(await withTunnel(tcp, "192.168.1.20", 5000, url)).toBe("http://192.168.1.20:5000");
  await expect(withTunnel(tcp, "127.0.0.1", 5000, url)).rejects.toThrow(
    'the server listens on 127.0.0.1 of "tcp://box:2376" alone',
  );
});

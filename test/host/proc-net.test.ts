import { expect, test } from "vitest";
import { publishedPorts } from "../../stacks/host/inventory.js";
import { listeningSockets, ownAddresses, shortAddress } from "../../stacks/host/proc-net.js";

test("only sockets that listen, of both families, each once", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid",
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1",
    "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1",
    "   2: 1401A8C0:0016 0201A8C0:C350 01 00000000:00000000 00:00000000 00000000 0 0 1 1",
    "  sl  local_address                         remote_address                        st",
    "   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0",
    "   1: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0",
    "   2: 0000000000000000FFFF00001401A8C0:1388 00000000000000000000000000000000:0000 0A 0",
    "  10: B80D0120000000000000000001000000:1388 00000000000000000000000000000000:0000 0A 0",
    "  11: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0",
  ].join("\n");
  expect(listeningSockets(table)).toEqual([
    { host: "127.0.0.1", port: 5000 },
    { host: "0.0.0.0", port: 22 },
    { host: "::", port: 22 },
    { host: "::1", port: 8080 },
    { host: "192.168.1.20", port: 5000 },
    { host: "2001:db8::1", port: 5000 },
  ]);
});

test("the machine's own addresses, without its networks", () => {
  const tables = [
    "Main:",
    "  +-- 0.0.0.0/0 3 0 5",
    "     |-- 0.0.0.0",
    "        /0 universe UNICAST",
    "        |-- 127.0.0.1",
    "           /32 host LOCAL",
    "     |-- 127.255.255.255",
    "        /32 link BROADCAST",
    "        |-- 192.168.1.20",
    "           /32 host LOCAL",
    "        |-- 192.168.1.20",
    "           /32 host LOCAL",
    "00000000000000000000000000000001 01 80 10 80       lo",
    "fd000000000000000000000000000002 02 40 00 80     eth0",
  ].join("\n");
  expect(ownAddresses(tables)).toEqual(["127.0.0.1", "192.168.1.20", "::1", "fd00::2"]);
});

test("an address has one spelling", () => {
  expect(shortAddress("0:0:0:0:0:0:0:1")).toBe("::1");
  expect(shortAddress("FD00:0::2")).toBe("fd00::2");
  expect(shortAddress("192.168.1.20")).toBe("192.168.1.20");
});

test("ports of containers, as old and new engines print them", () => {
  expect(
    publishedPorts(":::80->80/tcp, [::]:81->80/tcp, 0.0.0.0:7000-7002->7000-7002/tcp"),
  ).toEqual([
    { host: "::", port: 80 },
    { host: "::", port: 81 },
    { host: "0.0.0.0", port: 7000 },
    { host: "0.0.0.0", port: 7001 },
    { host: "0.0.0.0", port: 7002 },
  ]);
  expect(publishedPorts("")).toEqual([]);
  expect(publishedPorts("5432/tcp, 0.0.0.0:53->53/udp")).toEqual([]);
});

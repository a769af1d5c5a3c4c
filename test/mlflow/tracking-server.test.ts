import { describe, expect, test } from "vitest";
import { resolveDeployment, type TrackingServerProps } from "../../constructs/mlflow/index.js";
import {
  localhostDatabase,
  localhostFiles,
  refusal,
  remoteServer,
} from "../helpers/deployments.js";

const remote = (trackingServer: TrackingServerProps = {}) =>
  resolveDeployment(remoteServer({ trackingServer })).trackingServer;

test("remote-server listens on loopback and asks for a login", () => {
  expect(remote()).toStrictEqual({
    version: "3.17.2",
    bindAddress: "127.0.0.1",
    port: 5000,
    publicUrls: ["http://127.0.0.1:5000", "http://localhost:5000"],
    login: { adminUsername: "admin", defaultPermission: "NO_PERMISSIONS" },
    workers: 1,
    dataDirectory: undefined,
    user: "10000:10000",
  });
});

test("the localhost topologies ask for no login", () => {
  expect(resolveDeployment(localhostFiles()).trackingServer.login).toBeUndefined();
  expect(resolveDeployment(localhostDatabase()).trackingServer.login).toBeUndefined();
});

test("a login may be given in part", () => {
  expect(remote({ login: { adminUsername: "ops" } }).login).toStrictEqual({
    adminUsername: "ops",
    defaultPermission: "NO_PERMISSIONS",
  });
});

test("workers follow the profile, but SQLite has one", () => {
  const profile = "medium";
  expect(resolveDeployment(remoteServer({ profile })).trackingServer.workers).toBe(4);
  expect(resolveDeployment(localhostDatabase({ profile })).trackingServer.workers).toBe(1);
});

describe("the version is refused", () => {
  const refused = (version: string) => refusal({ trackingServer: { version } });

  test.each(["3.16.9", "2.99.0", "3.9.10"])("below the floor: %s", (version) => {
    expect(refused(version)).toBe(
      `trackingServer.version: must be 3.17.0 or newer, because older releases let anybody run code on the server (CVE-2026-116692); got "${version}"; use "3.17.2"`,
    );
  });

  test.each(["3.18.0", "3.17.1", "3.17", "latest", ""])("without a lock: %s", (version) => {
    expect(refused(version)).toBe(
      `trackingServer.version: must be a release whose requirements are locked in this version of mlflow-stacks; got "${version}"; use "3.17.2"`,
    );
  });
});

describe("the bind address", () => {
  const path = "trackingServer.bindAddress";

  test.each(["localhost", "300.1.1.1", "1.2.3", "::::", "", "[::1]", "fe80::1%eth0"])(
    "is refused as %s",
    (bindAddress) => {
      expect(refusal({ trackingServer: { bindAddress } })).toBe(
        `${path}: must be an IP address of the host; got "${bindAddress}"`,
      );
    },
  );

  test("may be any loopback address without a login", () => {
    const bound = (bindAddress: string) =>
      resolveDeployment(localhostFiles({ trackingServer: { bindAddress } })).trackingServer
        .bindAddress;
    expect(bound("127.0.0.2")).toBe("127.0.0.2");
    expect(bound("::1")).toBe("::1");
  });

  test("must be loopback in the localhost topologies", () => {
    expect(refusal({ trackingServer: { bindAddress: "10.0.0.1" } }, localhostFiles())).toBe(
      `${path}: must be a loopback address, because "localhost-files" has no login; got "10.0.0.1"; use the topology "remote-server"`,
    );
  });

  test("must be loopback where the login was turned off", () => {
    expect(refusal({ trackingServer: { bindAddress: "10.0.0.1", login: false } })).toBe(
      `${path}: must be a loopback address while trackingServer.login is false; got "10.0.0.1"`,
    );
  });
});

test.each([0, 65536, 1.5, Number.NaN])("the port %s is refused", (port) => {
  expect(refusal({ trackingServer: { port, publicUrls: ["http://x"] } })).toBe(
    `trackingServer.port: must be a whole number from 1 to 65535; got "${port}"`,
  );
});

test.each([0, 33, 2.5])("%s workers are refused", (workers) => {
  expect(refusal({ trackingServer: { workers } })).toBe(
    `trackingServer.workers: must be a whole number from 1 to 32; got "${workers}"`,
  );
});

test.each(["root", "0:0", "1000", "1000:0", "01:1"])("the user %s is refused", (user) => {
  expect(refusal({ trackingServer: { user } })).toBe(
    `trackingServer.user: must be a numeric "uid:gid" without 0; got "${user}"; run this as the user who owns the directory, not as root`,
  );
});

test("names and permissions that MLflow does not have are refused", () => {
  const login = { adminUsername: "a b", defaultPermission: "ADMIN" };
  expect(refusal({ trackingServer: { login } })).toBe(
    [
      'trackingServer.login.adminUsername: must be 1 to 64 characters of A-Z a-z 0-9 . _ @ -; got "a b"',
      'trackingServer.login.defaultPermission: must be "NO_PERMISSIONS" or "READ" or "USE" or "EDIT" or "MANAGE"; got "ADMIN"',
    ].join("\n"),
  );
});

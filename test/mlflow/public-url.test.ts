import { describe, expect, test } from "vitest";
import { allowedHosts, resolveDeployment } from "../../constructs/mlflow/index.js";
import { refusal, remoteServer } from "../helpers/deployments.js";

const urls = (trackingServer: { bindAddress?: string; port?: number; publicUrls?: string[] }) =>
  resolveDeployment(remoteServer({ trackingServer })).trackingServer.publicUrls;

describe("public URLs", () => {
  test("are the loopback names unless told otherwise", () => {
    expect(urls({ port: 5001 })).toStrictEqual(["http://127.0.0.1:5001", "http://localhost:5001"]);
  });

  test("follow the bind address, in brackets when it is IPv6", () => {
    expect(urls({ bindAddress: "192.168.1.20" })).toStrictEqual(["http://192.168.1.20:5000"]);
    expect(urls({ bindAddress: "fd00::20" })).toStrictEqual(["http://[fd00::20]:5000"]);
  });

  test("lose the slash at the end and the scheme's own port", () => {
    expect(
      urls({ publicUrls: ["https://MLflow.example.com:443/", "http://n100.lan:80"] }),
    ).toStrictEqual(["https://mlflow.example.com", "http://n100.lan"]);
  });

  test.each(["0.0.0.0", "::", "0:0:0:0:0:0:0:0"])(
    "are asked for when %s is bound",
    (bindAddress) => {
      expect(refusal({ trackingServer: { bindAddress } })).toBe(
        `trackingServer.publicUrls: must be given when the port is open on all addresses ("${bindAddress}"), because requests under unknown names are refused; use the URL people will type, such as "http://n100.lan:5000"`,
      );
    },
  );

  test.each([
    "mlflow.example.com",
    "ftp://x",
    "http://a/b",
    "http://*.example.com",
    "http://x?y",
    "http://x:70000",
    "http://",
  ])("are refused as %s", (url) => {
    expect(refusal({ trackingServer: { publicUrls: ["https://ok.example.com", url] } })).toBe(
      `trackingServer.publicUrls[1]: must be "http://" or "https://" and a host, without a path or a wildcard; got "${url}"`,
    );
  });
});

test("a password in a public URL is refused and not shown", () => {
  expect(refusal({ trackingServer: { publicUrls: ["http://u:secret@x"] } })).toBe(
    'trackingServer.publicUrls[0]: must be "http://" or "https://" and a host, without a path or a wildcard; got "http://…@x"',
  );
});

describe("allowed hosts", () => {
  const own = ["localhost", "localhost:*", "127.0.0.1", "127.0.0.1:*"];

  test("hold each name with and without a port, once", () => {
    expect(
      allowedHosts(["https://mlflow.example.com", "http://mlflow.example.com:5000"], []),
    ).toStrictEqual(["mlflow.example.com", "mlflow.example.com:*", ...own]);
  });

  test("hold an IPv6 address with its exact port, as a pattern would be a character class", () => {
    expect(allowedHosts(["http://[fd00::20]:5000"], [])).toStrictEqual([
      "[fd00::20]",
      "[fd00::20]:5000",
      ...own,
    ]);
  });

  test("hold the names that other containers use", () => {
    expect(allowedHosts([], ["tracking-server"])).toStrictEqual([
      ...own,
      "tracking-server",
      "tracking-server:*",
    ]);
  });
});

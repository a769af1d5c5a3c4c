import fc from "fast-check";
import { execaSync } from "execa";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  dockerCommand,
  remoteCommand,
  resolveDockerHost,
  sshByHand,
  sshWords,
  type DockerHostProps,
} from "../../constructs/docker/host.js";
import { ConfigError } from "../../constructs/mlflow/index.js";

function problems(props: DockerHostProps): readonly string[] {
  try {
    resolveDockerHost(props);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, problem }) => `${path}: ${problem}`);
  }
}

const always =
  "-o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4";
const shared = "-o ControlMaster=auto -o ControlPersist=60s -o ControlPath=~/.ssh/mlstack-%C";

test.each([
  [undefined, "local"],
  ["", "local"],
  ["unix:///run/user/1000/docker.sock", "local"],
  ["npipe:////./pipe/docker_engine", "local"],
  ["ssh://box", "ssh"],
  ["ssh://me@192.168.1.20:2222", "ssh"],
  ["ssh://me@[fd00::20]:22", "ssh"],
  ["ssh://me.too@n100_lab.lan", "ssh"],
  ["tcp://box:2376", "tcp"],
  ["tcp://[::1]:2375", "tcp"],
])("%s is read", (url, kind) => {
  const host = resolveDockerHost({ ...(url !== undefined && { url }) });
  expect(host).toMatchObject({ kind, url: url === "" ? undefined : url });
  expect(host.sshOptions.length > 0).toBe(kind === "ssh");
});

const grammar = "must be ssh://[user@]host[:port], tcp://host:port or unix:///path";

test.each([
  ["me@box", `${grammar}; got "me@box"; use ssh://me@box`],
  ["ssh://me@box/", `${grammar}; got "ssh://me@box/"; use ssh://me@box`],
  [
    "ssh://box/var/run/docker.sock",
    `${grammar}; got "ssh://box/var/run/docker.sock"; use ssh://box`,
  ],
  ["ssh://-oProxyCommand=x", `${grammar}; got "ssh://-oProxyCommand=x"`],
  ["ssh://-l@box", `${grammar}; got "ssh://-l@box"`],
  ["ssh://box:0", `${grammar}; got "ssh://box:0"`],
  ["ssh://box:65536", `${grammar}; got "ssh://box:65536"`],
  ["ssh://box%20x", `${grammar}; got "ssh://box%20x"`],
  ["ssh://box\n", `${grammar}; got "ssh://box\n"`],
  ["ssh://", `${grammar}; got "ssh://"`],
  ["tcp://box", `${grammar}; got "tcp://box"`],
  ["http://box:80", `${grammar}; got "http://box:80"`],
  ["unix://relative", `${grammar}; got "unix://relative"`],
  [
    "ssh://me:geheim@box",
    "must hold no password, because ssh takes keys only here; use ssh://user@host, and bring your key there with: ssh-copy-id user@host",
  ],
  ["tcp://me:geheim@box:1", "must hold no password"],
])("%s is refused", (url, problem) => {
  expect(problems({ url })).toEqual([`dockerHost.url: ${problem}`]);
});

test("everything wrong is one list, and no password is in it", () => {
  const wrong = {
    url: "ssh://me:geheim@box",
    jump: "me:geheim@one",
    keyFile: "id",
    options: ["-oX=1", "ProxyJump=x", "RequestTTY=force", "A=b\nc"],
  };
  const found = problems(wrong);
  expect(found.map((line) => line.split(":")[0])).toEqual([
    "dockerHost.url",
    "dockerHost.jump",
    "dockerHost.keyFile",
    "dockerHost.options",
    "dockerHost.options",
    "dockerHost.options",
    "dockerHost.options",
  ]);
  expect(found.join("\n")).not.toContain("geheim");
});

test("what only ssh has is refused without it", () => {
  const given = { jump: "one", keyFile: "/k", options: ["LogLevel=ERROR"] };
  expect(problems({ url: "tcp://box:2376", ...given })).toEqual([
    'dockerHost.jump: must not be given without an ssh:// dockerHost.url; got "tcp://box:2376"',
    'dockerHost.keyFile: must not be given without an ssh:// dockerHost.url; got "tcp://box:2376"',
    'dockerHost.options: must not be given without an ssh:// dockerHost.url; got "tcp://box:2376"',
  ]);
  expect(problems({ jump: "one" })).toEqual([
    "dockerHost.jump: must not be given without an ssh:// dockerHost.url; got none",
  ]);
  expect(problems({ options: [] })).toEqual([]);
});

test.each(["-J", "one,,two", "one two", "-x@one", "one:99999", "ssh://one", ""])(
  'the way "%s" is refused',
  (jump) => {
    expect(problems({ url: "ssh://box", jump })).toEqual([
      `dockerHost.jump: must be [user@]host[:port], several joined by commas; got "${jump}"`,
    ]);
  },
);

test.each(["id_ed25519", "-i", "~me/key", "/a%h", "/a\nb", '/a"b', "$HOME/k"])(
  'the key file "%s" is refused',
  (keyFile) => expect(problems({ url: "ssh://box", keyFile })).toHaveLength(1),
);

test("the words of ssh: the user's options before ours, as ssh takes the first", () => {
  const host = resolveDockerHost({
    url: "ssh://me@box:2222",
    keyFile: "~/.ssh/lab",
    options: ["ConnectTimeout=3"],
  });
  expect(sshWords(host).join(" ")).toBe(
    `-o ConnectTimeout=3 -o IdentitiesOnly=yes -i ~/.ssh/lab ${always} ${shared} -T -l me -p 2222 -- box`,
  );
  expect(sshByHand(host)).toBe("ssh -o ConnectTimeout=3 -i ~/.ssh/lab -p 2222 me@box");
  const plain = resolveDockerHost({ url: "ssh://[::1]", multiplex: false });
  expect(sshWords(plain).join(" ")).toBe(`${always} -T -- ::1`);
  expect(() => sshWords(resolveDockerHost({}))).toThrow(/^bug: /);
});

test("docker runs there over ssh, and here for the others", () => {
  const words = ["run", "--label", "a b"];
  const { file, args } = dockerCommand(resolveDockerHost({ url: "ssh://box" }), words);
  expect([file, ...args.slice(-3)]).toEqual(["ssh", "--", "box", "'docker' 'run' '--label' 'a b'"]);
  expect(dockerCommand(resolveDockerHost({}), words)).toEqual({ file: "docker", args: words });
  expect(dockerCommand(resolveDockerHost({ url: "tcp://box:2376" }), words)).toEqual({
    file: "docker",
    args: ["-H", "tcp://box:2376", ...words],
  });
});

test("a way over one host hands on what holds for every host, and nothing that is of one", () => {
  const host = resolveDockerHost({
    url: "ssh://box",
    jump: "me@one:2200",
    keyFile: "/k",
    options: ["StrictHostKeyChecking=accept-new", "User=other", "ControlPath=none"],
  });
  expect(host.jump).toBe("me@one:2200");
  expect(host.sshOptions.at(-1)).toBe(
    `ProxyCommand=ssh -W "[%h]:%p" -o StrictHostKeyChecking=accept-new -o IdentitiesOnly=yes -i /k -o ConnectTimeout=8 ${always} -l me -p 2200 -- one`,
  );
  expect(sshByHand(host)).toBe(
    "ssh -o StrictHostKeyChecking=accept-new -o User=other -o ControlPath=none -i /k -o ProxyJump=me@one:2200 box",
  );
});

const scratch = mkdtempSync(join(tmpdir(), "mlstack-ssh-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** As `ssh` does before it hands a ProxyCommand to the shell. */
const expand = (command: string, host: string, port: string): string =>
  command.replace(
    /%([%hp])/g,
    (_, token) => ({ "%": "%", h: host, p: port })[token as string] ?? "",
  );

test.skipIf(process.platform === "win32")("a way over several hosts survives every shell", () => {
  writeFileSync(join(scratch, "ssh"), "#!/bin/sh\nprintf '%s\\0' \"$@\"\n");
  chmodSync(join(scratch, "ssh"), 0o755);
  const known = "UserKnownHostsFile=/it's %d/known";
  const host = resolveDockerHost({
    url: "ssh://box",
    jump: "one, two:22 ,b@three",
    options: [known],
  });
  const run = (text: string) =>
    execaSync("sh", ["-c", text], { env: { PATH: `${scratch}:${process.env["PATH"]}` } })
      .stdout.split("\0")
      .slice(0, -1);
  let words: readonly string[] = sshWords(host);
  let target = ["box", "22"];
  for (const [name, port] of [
    ["three", "22"],
    ["two", "22"],
    ["one", "22"],
  ] as const) {
    const way = words.find((word) => word.startsWith("ProxyCommand="))?.slice(13) ?? "";
    words = run(expand(way, target[0] ?? "", target[1] ?? ""));
    expect(words.slice(0, 4)).toEqual(["-W", `[${target.join("]:")}`, "-o", known]);
    expect(words.slice(-2)).toEqual(["--", name]);
    target = [name, port];
  }
  expect(words.some((word) => word.startsWith("ProxyCommand="))).toBe(false);
});

test.skipIf(process.platform === "win32")("a shell gives back the words of a command", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
    fc.constantFrom("", "'", "\\", "$(x)", "`x`", "a\nb", "-n", "!", "*", "~", "if", "#", "a=b"),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
      const { stdout } = execaSync("sh", ["-c", remoteCommand(["printf", "%s\\0", ...words])], {
        encoding: "buffer",
      });
      expect(Buffer.from(stdout).equals(Buffer.from(words.map((one) => `${one}\0`).join("")))).toBe(
        true,
      );
    }),
    { numRuns: 60 },
  );
  expect(() => remoteCommand(["a\0b"])).toThrow(/^bug: /);
});

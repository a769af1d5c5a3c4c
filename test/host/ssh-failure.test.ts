import { expect, test } from "vitest";
import { resolveDockerHost } from "../../constructs/docker/host.js";
import { askWhySshFailed, whySshFailed } from "../../stacks/host/ssh-failure.js";
import { fakeHost } from "./fake-host.js";

const fake = fakeHost();
const direct = resolveDockerHost({ url: "ssh://me@box:2222", keyFile: "/k" });
const behind = resolveDockerHost({ url: "ssh://me@box", jump: "a@one,two:2200" });
const ran = (stderr: string) => ({ exitCode: 255, stdout: "", stderr, code: undefined });
const why = (...lines: readonly string[]): string => whySshFailed(direct, ran(lines.join("\n")));

/** As OpenSSH 9.2 prints them. */
test.each([
  [
    "Host key verification failed.",
    'the host key of "me@box:2222" is not known here; run once: ssh -i /k -p 2222 me@box, compare the fingerprint, and accept the key',
  ],
  [
    "me@box: Permission denied (publickey,password).",
    '"me@box:2222" does not accept your ssh key; bring it there: ssh-copy-id -i /k -p 2222 me@box, or where it has a passphrase, run ssh-add first',
  ],
  [
    "me@box: Permission denied (password).",
    '"me@box:2222" takes no keys (only password); set PubkeyAuthentication yes in its sshd_config',
  ],
  [
    "Warning: Identity file /k not accessible: No such file or directory.\nme@box: Permission denied (publickey).",
    'there is no key file "/k"; name the one that the host knows',
  ],
  [
    "Permissions 0644 for '/k' are too open.\nIt is required that your private key files are NOT accessible by others.",
    "ssh refuses a key that others can read; run: chmod 600 /k",
  ],
  [
    "Received disconnect from 10.0.0.7 port 22:2: Too many authentication failures",
    '"me@box:2222" was offered too many keys; name the file of the one that it knows',
  ],
  [
    "ssh: connect to host box port 2222: Connection refused",
    '"me@box:2222" refuses connections: no ssh server runs there, or on another port; start it (sudo systemctl enable --now ssh), or name the port as ssh://user@host:port',
  ],
  [
    "ssh: connect to host box port 2222: No route to host",
    'there is no way to "me@box:2222"; is it on, and in a network that this machine reaches?',
  ],
  [
    "ssh: connect to host box port 2222: Connection timed out",
    '"me@box:2222" did not answer in time over ssh; is it on, is this its address, and does a firewall let ssh in?',
  ],
  [
    "ssh: Could not resolve hostname box: Name or service not known",
    'the name of "me@box:2222" is not known: no address is found for "box"; check its spelling, or use its IP address',
  ],
  [
    "unix_listener: cannot bind to path /root/.ssh/mlstack-21.H9: No such file or directory",
    "ssh cannot make the socket for its shared connection in ~/.ssh; make that folder (mkdir -m 700 ~/.ssh), or where its path is too long, turn sharing off",
  ],
  [
    "ControlPath too long ('/home/x' >= 108 bytes)",
    "ssh cannot make the socket for its shared connection in ~/.ssh; make that folder (mkdir -m 700 ~/.ssh), or where its path is too long, turn sharing off",
  ],
  ["command-line: line 0: Bad configuration option: foo", 'ssh knows no option "foo"'],
  [
    "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 10.0.0.7 port 22",
    '"me@box:2222" ended the connection before the login: too many at once, a firewall, or no ssh server at that port; try again in a minute',
  ],
  [
    "client_loop: send disconnect: Broken pipe",
    'the connection to "me@box:2222" broke; run it again',
  ],
  ["", 'the connection to "me@box:2222" broke; run it again, or try: ssh -i /k -p 2222 me@box'],
])("%s", (stderr, sentence) => {
  expect(why("Debian GNU/Linux 12, for members only", stderr)).toContain(
    stderr === "" ? "for members only" : sentence,
  );
  expect(why(stderr)).toBe(sentence);
});

test("another host key is told with the line that removes the old one", () => {
  const sentence = why(
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
    "Offending ED25519 key in /root/.ssh/known_hosts:3",
    "  remove with:",
    '  ssh-keygen -f "/root/.ssh/known_hosts" -R "[box]:2222"',
    "Host key for [box]:2222 has changed and you have requested strict checking.",
    "Host key verification failed.",
  );
  expect(sentence).toMatch(/installed anew, or somebody else answers in its place/);
  expect(sentence).toMatch(/: ssh-keygen -f "\/root\/.ssh\/known_hosts" -R "\[box\]:2222"$/);
});

test("ssh that was given up", () => {
  expect(whySshFailed(direct, { ...ran(""), exitCode: undefined })).toMatch(/in time over ssh/);
});

const beyond = [
  "kex_exchange_identification: Connection closed by remote host",
  "Connection closed by UNKNOWN port 65535",
];
const through = (...lines: readonly string[]): string =>
  whySshFailed(behind, ran(lines.join("\n")));

test("of several hosts on the way, the one that failed is named", () => {
  expect(through("Host key verification failed.", ...beyond, ...beyond)).toBe(
    'the host key of the jump host "a@one" is not known here; run once: ssh a@one, compare the fingerprint, and accept the key',
  );
  expect(through("two: Permission denied (publickey).", ...beyond)).toBe(
    'the jump host "two:2200" does not accept your ssh key; bring it there: ssh-copy-id -o ProxyJump=a@one -p 2200 two, or where it has a passphrase, run ssh-add first',
  );
  expect(through("me@box: Permission denied (publickey).")).toMatch(/^"me@box" does not accept/);
});

test("a host on the way that does not reach the next", () => {
  const refused = [
    "channel 0: open failed: connect failed: Connection refused",
    "stdio forwarding failed",
  ];
  expect(through(...refused, ...beyond)).toBe(
    'the jump host "two:2200" does not reach "me@box": Connection refused; is its address right as seen from there, and does an ssh server run?',
  );
  expect(through(...refused, ...beyond, ...beyond)).toMatch(/"a@one" does not reach "two:2200"/);
  expect(
    through(
      "channel 0: open failed: administratively prohibited: open failed",
      "stdio forwarding failed",
      ...beyond,
    ),
  ).toBe(
    'the jump host "two:2200" may not lead to others; set AllowTcpForwarding yes in its sshd_config',
  );
  expect(
    through(
      "Connection timed out during banner exchange",
      "Connection to UNKNOWN port 65535 timed out",
    ),
  ).toMatch(/^neither "me@box" nor a jump host before it answered in time/);
});

test("a way of ssh_config's own is named as that", () => {
  const stderr = ["Host key verification failed.", ...beyond].join("\n");
  expect(whySshFailed(direct, ran(stderr))).toMatch(
    /the jump host of your ssh_config is not known/,
  );
});

test("a shared connection, which hides why a host on the way failed, is asked again alone", async () => {
  const lines = ["two: Permission denied (publickey).", ...beyond];
  fake.become({
    ssh: `${lines.map((line) => `echo '${line}' >&2`).join("; ")}; exit 255`,
  });
  expect(await askWhySshFailed(behind, ran(beyond.join("\n")))).toMatch(
    /"two:2200" does not accept/,
  );
  expect(fake.asked()).toEqual([expect.stringContaining("-o ControlPath=none -o")]);
  expect(await askWhySshFailed(direct, ran("x: Permission denied (publickey)."))).toMatch(/accept/);
  expect(fake.asked()).toHaveLength(1);
});

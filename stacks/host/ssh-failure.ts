import { sshByHand, type DockerHost } from "../../constructs/docker/host.js";
import { lastLine, type Ran } from "../tools/docker.js";
import { shellOnHost, unshared } from "./run.js";

/** How sentences call the host: `"user@box"`. */
export const hostName = ({ url }: DockerHost): string =>
  url === undefined ? "this machine" : `"${url.replace(/^ssh:\/\//, "")}"`;

/**
 * Why `ssh` did not reach the host, in a sentence with the way out. Asks once more where a host on
 * the way failed, because a connection that is to be shared keeps the words of that one to itself.
 */
export async function askWhySshFailed(host: DockerHost, ran: Ran): Promise<string> {
  if (outsideOf(ran.stderr) === 0) return whySshFailed(host, ran);
  const again = await shellOnHost(unshared(host), "exit 0", [], { timeout: 20_000 });
  return whySshFailed(host, again && again.exitCode !== 0 ? again : ran);
}

/** What a ProxyCommand leads to has no port of its own; each `ssh` outside of the failed one says so. */
const outsideOf = (stderr: string): number =>
  stderr.match(/^Connection closed by UNKNOWN port 65535\r?$/gm)?.length ?? 0;

/** The same from what `ssh` printed. */
export function whySshFailed(host: DockerHost, { code, stderr, exitCode }: Ran): string {
  if (code === "ENOENT") return "there is no ssh command on PATH; install OpenSSH's client";
  const who = hostName(host);
  if (exitCode === undefined && stderr.trim() === "") {
    return `${who} did not answer in time over ssh; is it on, and is this its address?`;
  }
  const byHand = sshByHand(host);
  if (/timed out during banner exchange\s+Connection to UNKNOWN port 65535/.test(stderr)) {
    return `neither ${who} nor a jump host before it answered in time; are both on? try: ${byHand}`;
  }
  const outside = outsideOf(stderr);
  if (outside === 0) return why(who, byHand, stderr);
  const { hop, behind } = failedHop(host, outside);
  const jump = jumpName(hop);
  const forwarding = /open failed: (.+)/.exec(stderr)?.[1];
  if (forwarding !== undefined && stderr.includes("stdio forwarding failed")) {
    return /prohibited/.test(forwarding)
      ? `${jump} may not lead to others; set AllowTcpForwarding yes in its sshd_config`
      : `${jump} does not reach ${behind}: ${forwarding.replace("connect failed: ", "").trim()}; is its address right as seen from there, and does an ssh server run?`;
  }
  const rest = stderr.replace(/^.*(UNKNOWN port 65535|kex_exchange_identification).*\n?/gm, "");
  return why(jump, hop ? sshByHand(hop) : byHand, rest);
}

/** Which host on the way failed; undefined: ssh_config holds the way. */
function failedHop(
  { jump, ...host }: DockerHost,
  outside: number,
): { readonly hop: DockerHost | undefined; readonly behind: string } {
  if (jump === undefined) return { hop: undefined, behind: hostName(host) };
  const hops = jump.split(",").map((hop) => hop.trim());
  const index = Math.max(0, hops.length - outside);
  const before = hops.slice(0, index).join(",");
  const hop = { ...host, url: `ssh://${hops[index]}`, ...(before !== "" && { jump: before }) };
  const next = hops[index + 1];
  return { hop, behind: next === undefined ? hostName(host) : `"${next}"` };
}

const jumpName = (hop: DockerHost | undefined): string =>
  hop ? `the jump host ${hostName(hop)}` : "the jump host of your ssh_config";

/** What `ssh` prints, and what it means for a person; the first that is found counts. */
const meanings: readonly (readonly [
  RegExp,
  (who: string, byHand: string, found: RegExpExecArray) => string,
])[] = [
  [
    /Could not resolve hostname (\S+):/,
    (who, _, [, name = ""]) =>
      `the name of ${who} is not known: no address is found for "${name.toLowerCase()}"; check its spelling, or use its IP address`,
  ],
  [
    /HOST IDENTIFICATION HAS CHANGED[^]*?(ssh-keygen .*-R .*\S)?\s*Host key for/,
    (who, _, [, remove = "ssh-keygen -R with its name"]) =>
      `${who} has another host key than the one known here: it was installed anew, or somebody else answers in its place; only when you know why, remove the old key: ${remove}`,
  ],
  [
    /Host key verification failed/,
    (who, byHand) =>
      `the host key of ${who} is not known here; run once: ${byHand}, compare the fingerprint, and accept the key`,
  ],
  [
    /Too many authentication failures/,
    (who) => `${who} was offered too many keys; name the file of the one that it knows`,
  ],
  [
    /Permissions \d+ for '([^']+)' are too open/,
    (_, _byHand, [, file]) => `ssh refuses a key that others can read; run: chmod 600 ${file}`,
  ],
  [
    /Identity file (\S+) not accessible/,
    (_, _byHand, [, file]) => `there is no key file "${file}"; name the one that the host knows`,
  ],
  [
    /Permission denied \(([^)]*)\)/,
    (who, byHand, [, methods = ""]) =>
      methods.includes("publickey")
        ? `${who} does not accept your ssh key; bring it there: ${byHand.replace(/^ssh /, "ssh-copy-id ")}, or where it has a passphrase, run ssh-add first`
        : `${who} takes no keys (only ${methods}); set PubkeyAuthentication yes in its sshd_config`,
  ],
  [
    /Connection refused/,
    (who) =>
      `${who} refuses connections: no ssh server runs there, or on another port; start it (sudo systemctl enable --now ssh), or name the port as ssh://user@host:port`,
  ],
  [
    /No route to host|Network is unreachable/,
    (who) => `there is no way to ${who}; is it on, and in a network that this machine reaches?`,
  ],
  [
    /timed out|Timeout, server/,
    (who) =>
      `${who} did not answer in time over ssh; is it on, is this its address, and does a firewall let ssh in?`,
  ],
  [
    /ControlPath too long|unix_listener: (?:.*: )?(.*)/,
    () =>
      "ssh cannot make the socket for its shared connection in ~/.ssh; make that folder (mkdir -m 700 ~/.ssh), or where its path is too long, turn sharing off",
  ],
  [/Bad configuration option: (\S+)/, (_, _byHand, [, name]) => `ssh knows no option "${name}"`],
  [
    /client_loop|Broken pipe|closed by remote host\.$/m,
    (who) => `the connection to ${who} broke; run it again`,
  ],
  [
    /Connection (?:closed|reset)|kex_exchange_identification/,
    (who) =>
      `${who} ended the connection before the login: too many at once, a firewall, or no ssh server at that port; try again in a minute`,
  ],
];

function why(who: string, byHand: string, stderr: string): string {
  for (const [pattern, meaning] of meanings) {
    const found = pattern.exec(stderr);
    if (found) return meaning(who, byHand, found);
  }
  // A shared connection that breaks says nothing to those that share it.
  if (stderr.trim() === "")
    return `the connection to ${who} broke; run it again, or try: ${byHand}`;
  return `ssh does not reach ${who}: ${lastLine(stderr)}; try: ${byHand}`;
}

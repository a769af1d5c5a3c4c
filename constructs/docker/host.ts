import { Problems } from "../mlflow/index.js";

/** The machine whose Docker engine runs the containers. */
export interface DockerHost {
  readonly kind: "local" | "ssh" | "tcp";
  /**
   * `unix:///…`, `ssh://user@box[:port]` or `tcp://box:2376`; undefined: the engine that `docker`
   * finds by itself.
   */
  readonly url: string | undefined;
  /** Words for `ssh`, such as `["-o", "ConnectTimeout=10"]`; none for the other kinds. */
  readonly sshOptions: readonly string[];
  /** Hosts to go through, as stated; `sshOptions` holds the way. */
  readonly jump?: string;
}

/** What the user states. */
export interface DockerHostProps {
  /** @default - the engine that `docker` finds by itself */
  readonly url?: string;
  /** Hosts to go through, in their order: `[user@]host[:port]`, joined by commas. */
  readonly jump?: string;
  /** Path of the private key; only this one is offered. @default - those that `ssh` finds */
  readonly keyFile?: string;
  /** `Name=value` as in ssh_config(5). They come before this project's own. */
  readonly options?: readonly string[];
  /** One connection for many commands; Windows' `ssh` cannot. @default true */
  readonly multiplex?: boolean;
}

interface Destination {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
}

/** Dead connections end, and nothing is asked, because nobody may be there to answer. */
const always = [
  "BatchMode=yes",
  "ConnectTimeout=10",
  "ServerAliveInterval=15",
  "ServerAliveCountMax=4",
];

/** A host to go through that does not answer says so before the one behind it gives up. */
const sooner = ["-o", "ConnectTimeout=8"];

/** sshd drops some of more than ten connections that begin together (MaxStartups). */
const shared = ["ControlMaster=auto", "ControlPersist=60s", "ControlPath=~/.ssh/mlstack-%C"];

/** Options that are not about one host: they hold for the hosts to go through, too. */
const hold =
  /^(StrictHostKeyChecking|UserKnownHostsFile|GlobalKnownHostsFile|HashKnownHosts|UpdateHostKeys|Identit.*|CertificateFile|AddKeysToAgent|Ciphers|KexAlgorithms|MACs|HostKeyAlgorithms|PreferredAuthentications|Pubkey.*|ConnectTimeout|ConnectionAttempts|ServerAlive.*|AddressFamily|LogLevel)=/i;

/** With these `ssh` does something else than to run a command and give back what it prints. */
const unusable =
  /^(RemoteCommand|RequestTTY|SessionType|ForkAfterAuthentication|StdinNull|Host|Match|Include)$/i;

/** @throws {ConfigError} with every problem of the props, in their order */
export function resolveDockerHost(props: DockerHostProps): DockerHost {
  const problems = new Problems();
  const { jump, keyFile, options = [], multiplex = true } = props;
  const url = props.url === "" ? undefined : props.url;
  const kind = requireUrl(url, problems);
  const settings = { jump, keyFile, options: options.length > 0 ? options : undefined };
  for (const [name, value] of Object.entries(settings)) {
    problems.require(
      value === undefined || kind === undefined || kind === "ssh",
      `dockerHost.${name}`,
      `must not be given without an ssh:// dockerHost.url; got ${url === undefined ? "none" : `"${url}"`}`,
    );
  }
  const hops = jump === undefined ? [] : requireJump(jump, problems);
  if (keyFile !== undefined) requireKeyFile(keyFile, problems);
  for (const option of options) requireOption(option, jump, problems);
  problems.throwIfAny();
  const known = options.flatMap((option) => ["-o", option]);
  const key = keyFile === undefined ? [] : ["-o", "IdentitiesOnly=yes", "-i", keyFile];
  const ours = always.flatMap((option) => ["-o", option]);
  const common = options.filter((option) => hold.test(option)).flatMap((option) => ["-o", option]);
  const way = proxy(hops, [...common, ...key, ...sooner, ...ours]);
  const through = hops.length === 0 ? [] : ["-o", `ProxyCommand=${way}`];
  const one = multiplex ? shared.flatMap((option) => ["-o", option]) : [];
  const sshOptions = kind === "ssh" ? [...known, ...key, ...ours, ...one, ...through] : [];
  return { kind: kind ?? "local", url, sshOptions, ...(jump !== undefined && { jump }) };
}

const name = String.raw`[A-Za-z0-9_.][A-Za-z0-9_.-]*`;
const destination = new RegExp(
  String.raw`^(?:(?<user>[A-Za-z0-9_.+][A-Za-z0-9_.+-]*)@)?(?<host>${name}|\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\])(?::(?<port>\d{1,5}))?$`,
);

/** `[user@]host[:port]` as its parts; undefined: it is something else. */
function parseDestination(text: string): Destination | undefined {
  const { user, host = "", port } = destination.exec(text)?.groups ?? {};
  const number = Number(port ?? 22);
  if (host === "" || number < 1 || number > 65_535) return undefined;
  return { user, host: host.replace(/^\[|\]$/g, ""), port };
}

/** @returns the kind; undefined: the URL is wrong */
function requireUrl(url: string | undefined, problems: Problems): DockerHost["kind"] | undefined {
  if (url === undefined || /^(unix:\/\/\/[^\s]+|npipe:\/\/\/\/[^\s]+)$/.test(url)) return "local";
  const path = "dockerHost.url";
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.*)$/is.exec(url) ?? [];
  // A password is shown by no message.
  if (/^[^/@]*:.*@/s.test(rest)) {
    problems.add(
      path,
      scheme === "ssh"
        ? "must hold no password, because ssh takes keys only here; use ssh://user@host, and bring your key there with: ssh-copy-id user@host"
        : "must hold no password",
    );
    return undefined;
  }
  const place = parseDestination(rest);
  if (scheme === "ssh" && place) return "ssh";
  if (scheme === "tcp" && place?.port !== undefined && place.user === undefined) return "tcp";
  const bare = /^[^/?#]*/.exec(rest)?.[0] ?? "";
  const use =
    scheme === "ssh" && parseDestination(bare)
      ? `ssh://${bare}`
      : scheme === "" && parseDestination(url)
        ? `ssh://${url}`
        : undefined;
  problems.add(
    path,
    `must be ssh://[user@]host[:port], tcp://host:port or unix:///path; got "${url}"${use === undefined ? "" : `; use ${use}`}`,
  );
  return undefined;
}

function requireJump(jump: string, problems: Problems): readonly Destination[] {
  const hops = jump.split(",").map((hop) => parseDestination(hop.trim()));
  problems.require(
    !hops.includes(undefined),
    "dockerHost.jump",
    /:[^@,]*@/.test(jump)
      ? "must hold no password, because ssh takes keys only here; use [user@]host[:port]"
      : `must be [user@]host[:port], several joined by commas; got "${jump}"`,
  );
  return hops.filter((hop) => hop !== undefined);
}

/** Terraform runs in another folder, so that a relative path would be of another file there. */
const requireKeyFile = (keyFile: string, problems: Problems): boolean =>
  problems.require(
    /^(~?\/|[A-Za-z]:[\\/])[^\0-\x1f%"$]+$/.test(keyFile),
    "dockerHost.keyFile",
    `must be a path that begins with / or ~/, without % $ and "; got "${keyFile}"`,
  );

function requireOption(option: string, jump: string | undefined, problems: Problems): void {
  const path = "dockerHost.options";
  const [, key = ""] = /^([A-Za-z][A-Za-z0-9]*)=[^\0-\x1f\x7f]+$/.exec(option) ?? [];
  const valid = problems.require(
    key !== "",
    path,
    `must be Name=value as in ssh_config, each; got "${option}"; use such as StrictHostKeyChecking=accept-new`,
  );
  if (!valid) return;
  problems.require(
    !unusable.test(key),
    path,
    `must not have "${key}", with which ssh does not run commands as this needs`,
  );
  problems.require(
    jump === undefined || !/^Proxy(Command|Jump)$/i.test(key),
    path,
    `must not have "${key}" beside dockerHost.jump, which it would replace`,
  );
}

/**
 * The command that reaches the last of the hosts to go through. Not `-J`, which would ask
 * questions and know no key file: it hands none of the options on.
 */
function proxy(hops: readonly Destination[], options: readonly string[]): string {
  const last = hops.at(-1);
  if (!last) return "";
  const before = hops.slice(0, -1);
  // Each ssh replaces %h of its own command, and reads %% as %.
  const inner = options.map((word) => word.replaceAll("%", "%%"));
  const through =
    before.length === 0
      ? []
      : ["-o", `ProxyCommand=${proxy(before, options).replaceAll("%", "%%")}`];
  const words = [...inner, ...through, ...destinationWords(last)].map(plainWord);
  return `ssh -W "[%h]:%p" ${words.join(" ")}`;
}

const destinationWords = ({ user, host, port }: Destination): readonly string[] => [
  ...(user === undefined ? [] : ["-l", user]),
  ...(port === undefined ? [] : ["-p", port]),
  "--",
  host,
];

/** Quoted only where it must be, because the shell of Windows has no single quotes. */
const plainWord = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./~-]+$/.test(word) ? word : quote(word);

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Words for `ssh` up to and with the host; a command may follow. */
export function sshWords(host: DockerHost): readonly string[] {
  const place = host.kind === "ssh" ? parseDestination(host.url?.slice(6) ?? "") : undefined;
  if (!place) throw new Error(`bug: "${host.url}" is not reached by ssh`);
  return [...host.sshOptions, "-T", ...destinationWords(place)];
}

/** What a person types to log in on the host, and be asked what a program is not. */
export function sshByHand(host: DockerHost): string {
  const { user, host: name = "", port } = parseDestination(host.url?.slice(6) ?? "") ?? {};
  const ours = new Set([...always, ...shared, "IdentitiesOnly=yes"]);
  const options = host.sshOptions.flatMap((flag, index, all) => {
    const value = all[index + 1] ?? "";
    if (index % 2 === 1 || ours.has(value) || value.startsWith("ProxyCommand=ssh -W ")) return [];
    return [flag, plainWord(value)];
  });
  // ssh-copy-id knows no -J.
  const way = host.jump === undefined ? [] : ["-o", `ProxyJump=${host.jump.replaceAll(" ", "")}`];
  const at = port === undefined ? [] : ["-p", port];
  return ["ssh", ...options, ...way, ...at, user === undefined ? name : `${user}@${name}`].join(
    " ",
  );
}

/** One text that a POSIX shell reads as these words: `ssh` hands a shell one text. */
export function remoteCommand(words: readonly string[]): string {
  if (words.some((word) => word.includes("\0"))) throw new Error("bug: a word with a zero byte");
  return words.map(quote).join(" ");
}

/** `docker` on the host. Over ssh the host's own, so that this machine needs none. */
export function dockerCommand(
  host: DockerHost,
  words: readonly string[],
): { file: "ssh" | "docker"; args: string[] } {
  if (host.kind === "ssh") {
    return { file: "ssh", args: [...sshWords(host), remoteCommand(["docker", ...words])] };
  }
  return { file: "docker", args: host.url === undefined ? [...words] : ["-H", host.url, ...words] };
}

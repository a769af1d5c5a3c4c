/** Variables of the shell that one program honours. */
export interface ShellVariables {
  /** Which program, and what for. */
  readonly program: string;
  /** One that ends in `_` stands for all that begin like it. */
  readonly names: readonly string[];
  /** Whether a server that runs as a process gets them. */
  readonly server?: true;
}

/**
 * The shell's own variables that count: none is a setting of the deployment, but the programs that
 * are started find each other, the network and their folders by them. Everything else of the shell
 * stays there: the local server gets none but those marked so, one in a container none.
 */
export const shellVariables: readonly ShellVariables[] = [
  {
    server: true,
    program: "the local server and its jobs: programs, home folder, language, time zone",
    names: ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ"],
  },
  {
    server: true,
    program: "the local server, pip, uv and docker: proxies and certificates; also in lower case",
    names: [
      "HTTP_PROXY",
      "HTTPS_PROXY",
      "NO_PROXY",
      "ALL_PROXY",
      "SSL_CERT_FILE",
      "SSL_CERT_DIR",
      "REQUESTS_CA_BUNDLE",
      "CURL_CA_BUNDLE",
    ],
  },
  {
    server: true,
    program: "programs on Windows, which do not start without",
    names: [
      "SYSTEMROOT",
      "SYSTEMDRIVE",
      "WINDIR",
      "COMSPEC",
      "PATHEXT",
      "USERPROFILE",
      "USERNAME",
      "HOMEDRIVE",
      "HOMEPATH",
      "APPDATA",
      "LOCALAPPDATA",
      "PROGRAMDATA",
      "TEMP",
      "TMP",
    ],
  },
  {
    program: "where Python environments are kept: Linux, Windows",
    names: ["XDG_CACHE_HOME", "LOCALAPPDATA"],
  },
  { program: "where systemd user units are", names: ["XDG_CONFIG_HOME"] },
  {
    program: "systemctl: the session of the user",
    names: ["XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"],
  },
  {
    program:
      "pip and uv, which install the packages; not those that would put them elsewhere, such as PIP_TARGET",
    names: ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_", "UV_"],
  },
  {
    program:
      "docker and its Compose: which engine, how it builds; not COMPOSE_FILE and COMPOSE_PROJECT_NAME, nor secrets of .env",
    names: ["DOCKER_HOST", "DOCKER_", "COMPOSE_", "BUILDX_", "BUILDKIT_"],
  },
  {
    program:
      "terraform and tofu: configuration, plugins, variables; not TF_CLI_ARGS, TF_DATA_DIR and TF_WORKSPACE",
    names: ["TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_"],
  },
  {
    program: "Terraform's state in PostgreSQL or S3: how to reach it, and as whom",
    names: ["PG_CONN_STR", "AWS_PROFILE", "AWS_SESSION_TOKEN"],
  },
  {
    program:
      "Terraform, the AWS CLI and mlstack on AWS: who you are, besides the shell's own AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    names: ["AWS_PROFILE", "AWS_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"],
  },
  {
    program: "ssh, to the Docker host of a stack: the agent with the keys",
    names: ["SSH_AUTH_SOCK"],
  },
  { program: "colours of what is printed", names: ["NO_COLOR", "FORCE_COLOR", "TERM", "CI"] },
];

/** The README's table. */
export function formatShellTable(): string {
  const rows = shellVariables.map(({ program, names }) => {
    const shown = names.map((name) => `\`${name}${name.endsWith("_") ? "*" : ""}\``).join(", ");
    return `| ${shown} | ${program} |`;
  });
  return ["| variables of the shell | who honours them |", "| --- | --- |", ...rows].join("\n");
}

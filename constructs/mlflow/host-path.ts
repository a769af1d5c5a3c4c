/** Which spelling of paths a machine has. */
export type PathStyle = "posix" | "windows";

/** An absolute directory of the machine that runs the server: `/srv/mlflow` or `E:/mlflow`. */
export interface HostPath {
  readonly style: PathStyle;
  /** Absolute, with `/`, without `.` and `..`, without a slash at the end. */
  readonly path: string;
}

export type HostPathResult =
  | { readonly ok: true; readonly value: HostPath }
  | { readonly ok: false; readonly problem: string };

const driveLetter = /^[A-Za-z]:/;

/**
 * Reads a path in any spelling people use with MLflow: `E:\mlruns`, `E:/mlruns`, `/srv/x`, `./x`,
 * `file:///E:/x`, `file:///srv/x`.
 *
 * @param base - the directory that `./x` is relative to, absolute, in the machine's own spelling
 * @returns the one correct path, or what is wrong with it and the spelling to use
 * @see https://www.rfc-editor.org/rfc/rfc8089 for `file:` URIs
 */
export function parseHostPath(text: string, style: PathStyle, base: string): HostPathResult {
  if (/[\0-\x1f]/.test(text)) return refuse("must be a path without control characters");
  if (text.trim() === "") return refuse('must be a path, such as "./mlflow-data"');
  if (/^(~|\$\{?[A-Za-z_]|%[A-Za-z_]+%)/.test(text)) {
    return refuse(
      `must be written out, because nothing replaces "~", "$HOME" or "%USERPROFILE%" here; got "${text}"; ` +
        (style === "windows" ? 'use "C:/Users/you/mlflow"' : 'use "/home/you/mlflow"'),
    );
  }
  if (/^file:/i.test(text)) return parseFileUri(text, style, base);
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(text)) {
    return refuse(`must be a path of this machine, not a URI; got "${text}"`);
  }
  if (/^\\\\[?.]\\[A-Za-z]:/.test(text)) {
    return refuse(`must not begin with "${text.slice(0, 4)}"; got "${text}"; use "${text.slice(4)}"`);
  }
  if (/^(\\\\|\/\/)[^\\/]/.test(text)) {
    return refuse(
      `must not be a network path, which neither SQLite nor a volume can use; got "${text}"; ` +
        (style === "windows"
          ? 'map the share to a drive and use that, such as "Z:/mlflow"'
          : 'mount the share and use its place, such as "/mnt/share/mlflow"'),
    );
  }
  if (driveLetter.test(text)) return parseDrivePath(text, style);
  if (style === "posix" && text.includes("\\")) {
    return refuse(`must be written with "/"; got "${text}"; use "${text.replaceAll("\\", "/")}"`);
  }
  const forward = text.replaceAll("\\", "/");
  if (!forward.startsWith("/")) return accept(style, `${base.replaceAll("\\", "/")}/${forward}`);
  if (style === "posix") return accept(style, forward);
  const drive = driveLetter.exec(base)?.[0] ?? "C:";
  return accept(style, `${drive}${forward}`);
}

function parseFileUri(text: string, style: PathStyle, base: string): HostPathResult {
  const match = /^file:\/\/([^/]*)(\/.*)?$/i.exec(text);
  const [host, path] = [match?.[1] ?? "", match?.[2] ?? ""];
  if (driveLetter.test(host)) {
    const rest = text.slice("file://".length);
    return refuse(`needs three slashes before a drive; got "${text}"; use "file:///${rest}"`);
  }
  if (!match) {
    const proper = `file:///${text.replace(/^file:[\\/]*/i, "")}`;
    return refuse(`must begin with "file:///"; got "${text}"; use "${proper}"`);
  }
  if (path === "" || (host !== "" && host.toLowerCase() !== "localhost")) {
    return refuse(`must be "file:///" and an absolute path of this machine; got "${text}"`);
  }
  try {
    const decoded = decodeURIComponent(path);
    const drive = /^\/[A-Za-z]:/.test(decoded);
    return parseHostPath(drive ? decoded.slice(1) : decoded, style, base);
  } catch {
    return refuse(`has a "%" that is not followed by two hex digits; got "${text}"`);
  }
}

function parseDrivePath(text: string, style: PathStyle): HostPathResult {
  if (style === "posix") {
    const drive = text.charAt(0).toLowerCase();
    const rest = text.slice(2).replaceAll("\\", "/").replace(/^\/*/, "/");
    return refuse(
      `is a path of Windows, and the server runs on a machine without drive letters; got "${text}"; ` +
        `use a path such as "/srv${rest}", or "/mnt/${drive}${rest}" under WSL`,
    );
  }
  if (!/^[A-Za-z]:[\\/]/.test(text)) {
    return refuse(
      `must have a slash after the drive; got "${text}"; use "${text.slice(0, 2)}/${text.slice(2)}"`,
    );
  }
  return accept(style, text.charAt(0).toUpperCase() + text.slice(1).replaceAll("\\", "/"));
}

function accept(style: PathStyle, path: string): HostPathResult {
  const [root, rest] = style === "windows" ? [path.slice(0, 2), path.slice(2)] : ["", path];
  const kept: string[] = [];
  for (const name of rest.split("/")) {
    if (name === "..") kept.pop();
    else if (name !== "" && name !== ".") kept.push(name);
  }
  if (kept.length === 0) return refuse(`must be a directory below the root; got "${path}"`);
  if (path.includes("?")) {
    return refuse(`must not have a "?", which ends the path in a SQLite URI; got "${path}"`);
  }
  return { ok: true, value: { style, path: `${root}/${kept.join("/")}` } };
}

const refuse = (problem: string): HostPathResult => ({ ok: false, problem });

/** `file:///srv/my%20runs`, `file:///E:/mlruns`: how MLflow takes a directory as a URI. */
export function fileUri(path: HostPath): string {
  const encoded = path.path.split("/").map(encodeURIComponent).join("/").replaceAll("%3A", ":");
  return path.style === "windows" ? `file:///${encoded}` : `file://${encoded}`;
}

/** `sqlite:////srv/x.db`, `sqlite:///E:/x.db`. SQLAlchemy 2.1 decodes `%25` and nothing else matters. */
export function sqliteUri(path: HostPath): string {
  return `sqlite:///${path.path.replaceAll("%", "%25")}`;
}

/** A file or directory under `path`. @param name - relative, with `/` */
export function joinHostPath(path: HostPath, name: string): HostPath {
  return { style: path.style, path: `${path.path}/${name}` };
}

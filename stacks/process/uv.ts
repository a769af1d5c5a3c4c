import { execa } from "execa";

/** Whether uv is on PATH and runs; a shim may be there without it. */
export async function hasUv(): Promise<boolean> {
  const { failed } = await execa("uv", ["--version"], {
    reject: false,
    timeout: 20_000,
    stdin: "ignore",
  });
  return !failed;
}

/**
 * uv reads none of pip's settings, so a mirror that is set for pip alone is handed on.
 *
 * @param environment - of the caller
 */
export function uvEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const { PIP_INDEX_URL, UV_DEFAULT_INDEX, UV_INDEX_URL } = environment;
  return PIP_INDEX_URL && !UV_DEFAULT_INDEX && !UV_INDEX_URL
    ? { UV_DEFAULT_INDEX: PIP_INDEX_URL }
    : {};
}

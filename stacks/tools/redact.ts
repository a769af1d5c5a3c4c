import type { SecretValues } from "../../compose-templates/index.js";

/** `text` without the values of secrets, whole or as parts of a URI. */
export function redact(text: string, secrets: SecretValues): string {
  const values = Object.values(secrets).flatMap((value) => {
    if (!value) return [];
    const password = /^[^:]+:\/\/[^:/@]*:([^/]*)@/.exec(value)?.[1];
    return password ? [value, password, decode(password)] : [value];
  });
  return values
    .sort((a, b) => b.length - a.length)
    .reduce((clean, value) => clean.replaceAll(value, "***"), text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

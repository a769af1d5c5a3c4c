import { parse, stringify } from "yaml";
import type { ComposeFile } from "./types.js";

/**
 * YAML that 1.1 and 1.2 readers take alike: `no`, `on` and `5:30` come out quoted.
 *
 * @param header - lines of a comment above the document
 */
export function formatYaml(value: object, header: readonly string[]): string {
  const comment = header.map((line) => (line === "" ? "#\n" : `# ${line}\n`)).join("");
  return (
    comment +
    stringify(value, {
      compat: "yaml-1.1",
      singleQuote: true,
      lineWidth: 0,
      aliasDuplicateObjects: false,
    })
  );
}

/**
 * What a Compose file says, of which anything may be missing: people edit it.
 *
 * @returns undefined for a text that is not YAML
 */
export function parseComposeFile(text: string): Partial<ComposeFile> | undefined {
  try {
    return (parse(text) as Partial<ComposeFile> | null) ?? {};
  } catch {
    return undefined;
  }
}

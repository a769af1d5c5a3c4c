import { stringify } from "yaml";

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

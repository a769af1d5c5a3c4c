import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const readme = (): string => readFileSync(resolve(import.meta.dirname, "../../README.md"), "utf8");

/** Texts of the README's blocks of this language. */
export const blocksOf = (language: string): readonly string[] =>
  [...readme().matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "gm"))].map(
    ([, text]) => text ?? "",
  );

/** The one block of shell commands with `mark` in it. */
export function shellBlock(mark: string): string {
  const found = blocksOf("sh").filter((text) => text.includes(mark));
  if (found.length !== 1) throw new Error(`${found.length} blocks of the README have "${mark}"`);
  return found[0] ?? "";
}

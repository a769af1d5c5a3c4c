import fc from "fast-check";

const control = /[\0-\x1f\x7f]/;

/** What people paste as passwords and paths: the characters that some grammar treats specially. */
const special = fc.string({
  unit: fc.constantFrom(..."$#%@/:?&\"'`\\ {}()=,;!*~-ab0né😀"),
  maxLength: 12,
});

/** Any text that is one line without control characters. */
export const dotenvValue = fc.oneof(
  special,
  fc.string({ unit: "grapheme" }).filter((text) => !control.test(text)),
  fc.string({ unit: "binary" }).filter((text) => !control.test(text)),
);

/** Values on which readers of dotenv files are known to differ. */
export const trickyValues: readonly string[] = [
  "",
  "plain",
  "a$b",
  "$$",
  "${HOME}",
  "'${HOME}'",
  "$(id)",
  "a#b",
  " # x",
  "#",
  "50%",
  "%41",
  "user:p@ss/w?rd&x=1",
  "'",
  '"',
  'it\'s "both"',
  "\\",
  "E:\\mlruns\\",
  "a\\\\",
  "\\'",
  "'\\",
  '\\"',
  "\\n",
  "it's \\n \\t \\0123 \\$x",
  "'\\$$",
  "`id`",
  "  spaces  ",
  "=",
  "export A=1",
  "{}",
  "~",
  "grüße 日本 😀",
  "\u00a0",
  "'\u0085\u2028\u2029",
  "\ufeff",
];

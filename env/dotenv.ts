/** A line of a dotenv file that can't be read. */
export interface DotenvProblem {
  readonly line: number;
  readonly problem: string;
}

export interface Dotenv {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly DotenvProblem[];
}

/** Characters that every reader of `.env` takes as they are, without quotes. */
const plain = /^[A-Za-z0-9._~\-/:@%+?&=,]*$/;

/**
 * A value as Compose reads it back, byte for byte.
 *
 * @param value - without line ends and other control characters, which no dotenv grammar can hold
 * @see https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 */
export function formatDotenvValue(value: string): string {
  if (/[\0-\x1f\x7f]/.test(value)) throw new Error("bug: control character in a dotenv value");
  if (/\p{Surrogate}/u.test(value)) throw new Error("bug: half a character in a dotenv value");
  if (plain.test(value)) return value;
  // Compose takes \' as a quote even between single quotes, so a backslash needs the double ones.
  if (!/['\\]/.test(value)) return `'${value}'`;
  return `"${value.replace(/[\\"$]/g, (character) => `\\${character}`)}"`;
}

/**
 * Reads what `formatDotenvValue` writes and what people write by hand: `export`, comments, quotes,
 * Windows line ends and a byte order mark. A `$` has to be in single quotes or escaped in double ones.
 */
export function parseDotenv(text: string): Dotenv {
  const values = new Map<string, string>();
  const problems: DotenvProblem[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  lines.forEach((content, index) => {
    const line = index + 1;
    if (/^\s*(#|$)/.test(content)) return;
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/s.exec(content);
    if (!match) {
      problems.push({ line, problem: "must be NAME=value, a comment or empty" });
      return;
    }
    const [name, text] = [match[1] as string, match[2] as string];
    const value = parseValue(text);
    if (value === undefined)
      problems.push({ line, problem: `${name} has a quote that does not end` });
    else if (isReplacedByCompose(text))
      problems.push({
        line,
        problem: `${name} has a "$" that Docker Compose would replace; put the value in single quotes`,
      });
    else if (values.has(name)) problems.push({ line, problem: `${name} is set a second time` });
    else values.set(name, value);
  });
  return { values: Object.fromEntries(values), problems };
}

/** `$` outside single quotes; two readers would then see two values. */
const isReplacedByCompose = (text: string): boolean =>
  !text.startsWith("'") && /\$/.test(text.replace(/\\./gs, "").replace(/\s#.*$/s, ""));

function parseValue(text: string): string | undefined {
  const quote = text.charAt(0);
  if (quote === "'") return /^'([^']*)'\s*(#.*)?$/s.exec(text)?.[1];
  if (quote === '"') {
    const inner = /^"((?:[^"\\]|\\.)*)"\s*(#.*)?$/s.exec(text)?.[1];
    return inner?.replace(/\\(.)/gs, (whole, character: string) =>
      '\\"$'.includes(character) ? character : whole,
    );
  }
  return text.replace(/\s+#.*$/s, "");
}

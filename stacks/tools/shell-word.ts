/** A word as it is typed in a shell, for commands that are shown. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./\\:@%+=,~-]+$/.test(text) && !(isPosix && text.includes("\\"))) return text;
  return isPosix ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}

const isPosix = process.platform !== "win32";

import { basename, relative } from "node:path";

/**
 * How this very command is typed, for hints: `mlstack` where it is installed, else `node` and the
 * path. Never `npx mlstack`, which outside an installation would fetch whatever has that name.
 */
export function selfCommand(): string {
  const script = process.argv[1] ?? "";
  if (/^mlstack(\.cmd)?$/.test(basename(script))) return "mlstack";
  return `node ${relative(process.cwd(), script) || script}`;
}

/**
 * Who holds the lock of the state and what to do, of Terraform's message about it, or undefined when
 * it is about something else.
 */
export function describeLock(
  detail: string,
): { readonly detail: string; readonly output: readonly string[] } | undefined {
  if (!detail.includes("Lock Info:")) return undefined;
  const field = (name: string) =>
    new RegExp(`^ *${name}:[ \\t]*(.*)$`, "m").exec(detail)?.[1]?.trim();
  const program = detail.includes("OpenTofu") ? "tofu" : "terraform";
  const id = field("ID");
  const path = field("Path");
  const operation = field("Operation")
    ?.replace(/^OperationType/, "")
    .toLowerCase();
  const since = field("Created")?.replace(/\.\d+ /, " ");
  const who = [
    `held by ${field("Who") || "somebody"}`,
    ...(operation ? [`for ${operation}`] : []),
    ...(since ? [`since ${since}`] : []),
  ].join(" ");
  const again = "wait for that run to end, and run the command again";
  // PostgreSQL knows of a lock only that there is one: the rest is about who asked.
  const lines =
    path === undefined || path === ""
      ? ["held by another run; PostgreSQL does not say which", again]
      : isFile(path)
        ? [`${who}, on ${path}`, again]
        : [
            `${who}, on ${path}`,
            again,
            `if that run is no more (its machine lost power), run in the stack's folder: ${program} force-unlock ${id}`,
          ];
  return { detail: lines.join("\n"), output: [] };
}

/** The lock of a file goes with the process that holds it; an object in a bucket stays. */
const isFile = (path: string): boolean => /^(\/|[A-Za-z]:)/.test(path);

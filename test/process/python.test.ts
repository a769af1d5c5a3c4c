import { expect, test } from "vitest";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { findPython, type PythonAnswer, type Run } from "../../stacks/process/python.js";

const answer = (version: string, fields: Partial<PythonAnswer> = {}): string =>
  JSON.stringify({ executable: `/opt/${version}`, version, venv: true, usual: true, ...fields });

/** A machine on which these programs print these texts. */
const machine =
  (programs: Readonly<Record<string, string>>): Run =>
  async (program, args) =>
    programs[[program, ...args.slice(0, -3)].join(" ")];

async function refusal(programs: Readonly<Record<string, string>>): Promise<string> {
  try {
    const { version } = await findPython(true, machine(programs));
    return `(accepted ${version})`;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

test("takes the newer of python3 and python", async () => {
  const run = machine({ python3: answer("3.9.18"), python: answer("3.11.7") });
  expect(await findPython(true, run)).toStrictEqual({
    executable: "/opt/3.11.7",
    version: "3.11.7",
  });
});

test("compares versions by number", async () => {
  const run = machine({ python3: answer("3.9.18"), python: answer("3.10.1") });
  expect((await findPython(true, run)).version).toBe("3.10.1");
});

test.skipIf(process.platform === "win32")(
  "looks for versioned names when python3 is old",
  async () => {
    const run = machine({ python3: answer("3.9.6"), "python3.12": answer("3.12.4") });
    expect((await findPython(true, run)).version).toBe("3.12.4");
  },
);

test("needs no venv module when uv makes the environment", async () => {
  const run = machine({ python3: answer("3.11.2", { venv: false }) });
  expect((await findPython(false, run)).version).toBe("3.11.2");
});

test("names Debian's package when venv is missing", async () => {
  expect(await refusal({ python3: answer("3.11.2", { venv: false }) })).toBe(
    'python: must have the modules venv and ensurepip; got Python 3.11.2 at "/opt/3.11.2" without; install them with "apt install python3.11-venv", or install uv (https://docs.astral.sh/uv/)',
  );
});

test("names what was found when all are too old", async () => {
  expect(await refusal({ python3: answer("3.9.6"), python: answer("2.7.18") })).toContain(
    'python: must be CPython 3.10 or newer; got 3.9.6 at "/opt/3.9.6", 2.7.18 at "/opt/2.7.18"; install it with ',
  );
});

test("passes over programs that are no Python", async () => {
  expect(await refusal({ python3: "Python was not found; run without arguments" })).toContain(
    "got none on PATH",
  );
});

test("passes over PyPy and free-threaded builds", async () => {
  expect(await refusal({ python3: answer("3.13.1", { usual: false }) })).toContain("3.13.1");
});

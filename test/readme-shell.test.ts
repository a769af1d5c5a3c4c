import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execaSync } from "execa";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseDotenv } from "../env/dotenv.js";
import { Rehearsal } from "./helpers/readme-shell.js";

const scratch = mkdtempSync(join(tmpdir(), "mlstack-readme-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const shells = ["sh", "bash", "zsh"].filter(
  (shell) => !execaSync(shell, ["-c", ":"], { reject: false }).failed,
);

describe.each(shells)("the README's commands for a home lab, in %s", (shell) => {
  const rehearsal = (docker: string) =>
    new Rehearsal(mkdtempSync(join(scratch, "x-")), shell, docker);
  const stop = "docker stop mlflow-home-lab-artifact-store";
  const start = "docker start mlflow-home-lab-artifact-store";

  test.each(["INT", "TERM", "HUP"])("a backup ended by SIG%s starts the server", async (signal) => {
    const backup = rehearsal(`[ "$1" = start ] || kill -${signal} $PPID`);
    writeFileSync(join(backup.folder, ".env"), "");
    const { exitCode, text } = await backup.run("save()");
    expect(exitCode).toBe(130);
    expect(text).not.toContain("saved in");
    // The first may still be at work, and a start would do nothing to what is about to stop.
    expect(backup.calls).toEqual([stop, stop, start]);
  });

  test("a backup that fails starts the server; without a setting it does not fail", async () => {
    const failing = rehearsal('[ "$1" != run ]');
    writeFileSync(join(failing.folder, ".env"), "");
    const { exitCode, text } = await failing.run("save()");
    expect(exitCode).toBe(1);
    expect(text).toBe("");
    expect(failing.calls).toEqual([stop, "docker run --rm", stop, start]);

    const working = rehearsal("");
    writeFileSync(join(working.folder, ".env"), "");
    expect(await working.run("save()")).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/^saved in \S+$/),
    });
  });

  test("a restore that fails leaves no folder to deploy from", async () => {
    const restore = rehearsal('[ "$(wc -l <calls)" -eq 1 ]');
    const from = join(restore.place, "mlflow-backup-2026-11-22");
    mkdirSync(from);
    for (const name of ["backend-store.tar", "artifact-store.tar", ".env", "client.env"])
      writeFileSync(join(from, name), "");
    const existing = await restore.run("load()");
    expect(existing.text).toBe("mlflow/home-lab");
    expect(existing.exitCode).toBe(1);
    expect(restore.calls).toEqual([]);

    rmSync(restore.folder, { recursive: true });
    expect((await restore.run("load()")).exitCode).toBe(1);
    expect(restore.calls).toEqual(["docker run --rm", "docker run --rm"]);
    expect(readdirSync(join(restore.place, "mlflow"))).toEqual([]);
  });

  test("secrets are read back as they are, or not at all", async () => {
    const odd = `it's "50 $ #1" \\ a:b=c é`;
    const found = rehearsal(`case "$1 $2" in
      inspect*) echo MLSTACK_OWNER:1-2 ;;
      *-tracking-server) cat tracking-server ;;
      *-backend-store) echo B:plain ;;
      *) [ ! -e broken ] && echo C: ;;
    esac`);
    writeFileSync(join(found.place, "tracking-server"), `ODD:${odd}\nSPACE: x \n`);
    const file = join(found.folder, ".env");

    writeFileSync(join(found.place, "broken"), "");
    expect((await found.run("grep -H")).exitCode).not.toBe(0);
    expect(readdirSync(found.folder)).toEqual(["client.env"]);

    rmSync(join(found.place, "broken"));
    expect(await found.run("grep -H")).toEqual({ exitCode: 0, text: "" });
    const text = readFileSync(file, "utf8");
    expect(parseDotenv(text)).toEqual({
      values: { ODD: odd, SPACE: " x ", B: "plain", C: "", MLSTACK_OWNER: "1-2" },
      problems: [],
    });
    // As the line for a client reads it, without quotes.
    expect(text).toContain("\nB=plain\n");

    const again = await found.run("grep -H");
    expect(again.exitCode).not.toBe(0);
    expect(again.text).toContain("File exists");
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(readdirSync(found.folder)).toEqual([".env", "client.env"]);
  });
});

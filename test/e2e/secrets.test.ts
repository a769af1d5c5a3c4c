import { execa } from "execa";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatDotenvValue } from "../../env/dotenv.js";
import { startDockerStack, type DockerStack } from "../helpers/e2e/docker-stack.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { ask } from "../helpers/e2e/http.js";
import { mlstackFails, temporaryFolder } from "../helpers/e2e/mlstack.js";
import { waitUntil } from "../helpers/e2e/running-stack.js";

const search = "/api/2.0/mlflow/experiments/search?max_results=1";
const hostile = `$A \${B} $$ # % %41 @ / : ? & " ' \\ \\n \\$`;
const passwords = {
  POSTGRES_PASSWORD: `postgres ${hostile} ü世界`,
  MLFLOW_DB_PASSWORD: `database ${hostile} ü世界`,
  MLFLOW_AUTH_ADMIN_PASSWORD: `admin ${hostile}`,
};

/** Prints what connecting as the tracking server's role with this password ends with. */
const connect = (password: string) => `import psycopg2
try:
    psycopg2.connect(host="backend-store", user="mlflow", dbname="mlflow", password=${JSON.stringify(password)})
    print("connected")
except psycopg2.OperationalError as error:
    print("refused" if "password authentication failed" in str(error) else error)
`;

describeWithDocker("passwords that a user supplies", () => {
  let stack: DockerStack;

  const login = async (password: string) =>
    (await ask(stack.url, search, { login: ["admin", password] })).status;

  beforeAll(async () => {
    const lines = Object.entries(passwords).map(
      ([name, value]) => `${name}=${formatDotenvValue(value)}\n`,
    );
    stack = await startDockerStack({
      topology: "remote-server",
      label: "secrets",
      settings: lines.join(""),
    });
  });
  afterAll(() => stack?.down(true));

  test("Compose reads every value back as it was written to .env", async () => {
    const out = temporaryFolder("dotenv");
    const pieces = [
      "$",
      "{",
      "}",
      "#",
      "%",
      "@",
      " ",
      '"',
      "'",
      "\\",
      "n",
      "A",
      "ü",
      "=",
      "`",
      "!",
    ];
    const values = pieces.flatMap((first) =>
      pieces.flatMap((second) => ["$", "'", '"', "\\"].map((last) => `x${first}${second}${last}y`)),
    );
    const entries = values.map((value, index) => `V${index}=${formatDotenvValue(value)}\n`);
    writeFileSync(join(out, ".env"), entries.join(""));
    const environment = values.map((_, index) => `      V${index}: \${V${index}}\n`).join("");
    writeFileSync(
      join(out, "docker-compose.yml"),
      `services:\n  a:\n    image: a\n    environment:\n${environment}`,
    );
    const { stdout } = await execa("docker", ["compose", "config", "--format", "json"], {
      cwd: out,
    });
    rmSync(out, { recursive: true });
    const read = (
      JSON.parse(stdout) as { services: { a: { environment: Record<string, string> } } }
    ).services.a.environment;
    // `config` writes a file for Compose, in which `$` is `$$`.
    expect(values.map((_, index) => read[`V${index}`]?.replaceAll("$$", "$"))).toEqual(values);
  });

  test("reach each program byte for byte", async () => {
    expect(stack.password).toBe(passwords.MLFLOW_AUTH_ADMIN_PASSWORD);
    expect(await login(passwords.MLFLOW_AUTH_ADMIN_PASSWORD)).toBe(200);
    expect(await login(passwords.MLFLOW_AUTH_ADMIN_PASSWORD.slice(0, -1))).toBe(401);
    expect(await stack.python(connect(passwords.MLFLOW_DB_PASSWORD))).toBe("connected");
    expect(await stack.python(connect(passwords.MLFLOW_DB_PASSWORD.slice(0, -1)))).toBe("refused");
  });

  test("a database password changed in .env is the one after the next up", async () => {
    stack.editSecrets({ MLFLOW_DB_PASSWORD: "changed-by-hand", MLSTACK_SECRETS_REVISION: "2" });
    await stack.compose("up", "--detach", "--wait");
    expect(await login(passwords.MLFLOW_AUTH_ADMIN_PASSWORD)).toBe(200);
    expect(await stack.python(connect("changed-by-hand"))).toBe("connected");
    expect(await stack.python(connect(passwords.MLFLOW_DB_PASSWORD))).toBe("refused");
  });

  test("a superuser password that the volume does not have is named, and the old one works", async () => {
    const kept = formatDotenvValue(passwords.POSTGRES_PASSWORD);
    stack.editSecrets({ POSTGRES_PASSWORD: "another", MLSTACK_SECRETS_REVISION: "3" });
    await expect(stack.compose("up", "--detach", "--wait")).rejects.toThrow();
    const said = await stack.compose("logs", "--no-log-prefix", "db-upgrade");
    expect(said).toContain(
      "POSTGRES_PASSWORD: the backend store's volume was made with another password",
    );
    stack.editSecrets({ POSTGRES_PASSWORD: kept, MLSTACK_SECRETS_REVISION: "4" });
    await stack.compose("up", "--detach", "--wait");
    await waitUntil("a login", 10, async () => (await login(stack.password ?? "")) === 200);
  });

  test("an admin password that MLflow cannot read back is refused", async () => {
    const out = temporaryFolder("ascii");
    const file = join(out, "my.env");
    writeFileSync(file, "MLFLOW_AUTH_ADMIN_PASSWORD=Passwörter-sind-lang\n");
    const said = await mlstackFails(["generate", "remote-server", "--out", out, "-e", file]);
    rmSync(out, { recursive: true });
    expect(said).toContain("MLFLOW_AUTH_ADMIN_PASSWORD: must have only ASCII characters");
    expect(said).not.toContain("Passwörter");
  });

  test("mlstack up names the superuser password that the volume does not have", async () => {
    const flags = ["--out", stack.out, "--name", stack.name, "--runtime", "docker"];
    const { port } = new URL(stack.url);
    stack.editSecrets({ POSTGRES_PASSWORD: "another" });
    const said = await mlstackFails(["up", "remote-server", ...flags, "--port", port]);
    expect(said).toContain("POSTGRES_PASSWORD");
    expect(said).not.toContain(passwords.MLFLOW_AUTH_ADMIN_PASSWORD);
  });
});

import { execa } from "execa";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDotenv } from "../../env/dotenv.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { mlstack, temporaryFolder } from "../helpers/e2e/mlstack.js";

describeWithDocker("the tracking server's image", () => {
  const out = temporaryFolder("image");
  let image: string;

  /** Runs the image without a network, as root file system a read-only one. */
  const run = async (...words: string[]): Promise<string> =>
    (
      await execa("docker", ["run", "--rm", "--network", "none", "--read-only", ...words], {
        stdin: "ignore",
      })
    ).stdout;

  beforeAll(async () => {
    await mlstack(["generate", "remote-server", "--out", out, "--runtime", "docker"]);
    const compose = ["compose", "--project-directory", out];
    await execa("docker", [...compose, "build", "--quiet", "tracking-server"]);
    const { stdout } = await execa("docker", [...compose, "config", "--images"]);
    image = stdout.split("\n").find((name) => name.startsWith("mlflow-stacks/")) ?? "";
  });
  afterAll(() => rmSync(out, { recursive: true }));

  test("takes at most 450 MB with PostgreSQL, S3 and login", async () => {
    const { stdout } = await execa("docker", ["image", "inspect", "-f", "{{.Size}}", image]);
    console.log(`[e2e] image: ${(Number(stdout) / 1e6).toFixed(0)} MB`);
    expect(Number(stdout)).toBeLessThanOrEqual(450_000_000);
  });

  test("runs as a user without rights", async () => {
    const { stdout } = await execa("docker", ["image", "inspect", "-f", "{{.Config.User}}", image]);
    expect(stdout).toBe("10000:10000");
  });

  test("starts with nothing to fetch and no pip in MLflow's environment", async () => {
    const found = await run("--entrypoint", "ls", image, "/opt/mlflow/bin");
    expect(found.split("\n").filter((name) => name.startsWith("pip"))).toEqual([]);
    expect(await run("--tmpfs", "/tmp", image, "mlflow", "--version")).toContain("3.17.2");
  });

  test("holds no secret of the deployment that built it", async () => {
    const { stdout } = await execa("docker", [
      "history",
      "--no-trunc",
      "--format",
      "{{.CreatedBy}}",
      image,
    ]);
    const { values } = parseDotenv(readFileSync(join(out, ".env"), "utf8"));
    expect(Object.values(values).filter((value) => stdout.includes(value))).toEqual([]);
  });
});

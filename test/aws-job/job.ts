import { build } from "esbuild";
import { execa } from "execa";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Moto } from "../helpers/aws/moto.js";

const root = join(import.meta.dirname, "../..");

export interface JobRan {
  readonly exitCode: number | undefined;
  /** Both outputs, as Terraform shows them. */
  readonly all: string;
}

/** The program as Terraform runs it: one file, run by node from another folder. */
export interface JobProgram {
  /** An empty folder, which is also the program's `HOME`. */
  readonly folder: string;
  run(
    verb: string,
    input: Readonly<Record<string, unknown>>,
    environment: Readonly<Record<string, string>>,
    /** Ends it, as by `kill -9` if nothing else is said. */
    signal?: AbortSignal,
    killSignal?: "SIGKILL" | "SIGTERM",
  ): Promise<JobRan>;
}

export function jobProgram(): JobProgram {
  const folder = mkdtempSync(join(tmpdir(), "aws-job-"));
  const outfile = join(folder, "aws-job.mjs");
  beforeAll(async () => {
    await build({
      absWorkingDir: root,
      entryPoints: ["stacks/aws-job/main.ts"],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
    });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run: JobProgram["run"] = async (
    verb,
    input,
    environment,
    signal,
    killSignal = "SIGKILL",
  ) => {
    const { exitCode, all } = await execa("node", [outfile, verb], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        MLSTACK_JOB: JSON.stringify(input),
        ...environment,
      },
      extendEnv: false,
      reject: false,
      all: true,
      timeout: 60_000,
      killSignal,
      ...(signal && { cancelSignal: signal }),
    });
    return { exitCode, all };
  };
  return { folder, run };
}

/** A subnet that moto has from the start; no client of EC2 is installed for one question. */
export async function defaultSubnet({ endpoint }: Moto): Promise<string> {
  const scope = "testing/20260101/eu-central-1/ec2/aws4_request";
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    },
    body: "Action=DescribeSubnets&Version=2016-11-15",
  });
  const id = /<subnetId>(.*?)<\/subnetId>/.exec(await answer.text())?.[1];
  if (id === undefined) throw new Error("moto has no subnet");
  return id;
}

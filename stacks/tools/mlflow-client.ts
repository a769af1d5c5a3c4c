import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";

export interface MlflowClientOptions {
  /** Where the server listens: `http://127.0.0.1:5000`, or what is before it: `https://…`. */
  readonly address: string;
  /** The URL people type; sent as `Host` and `Origin`, so that the server's own rules are tried. */
  readonly publicUrl: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** An answer other than 2xx. */
export class MlflowError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- answers are read field by field

/**
 * The few REST calls that the proof needs.
 *
 * @see https://mlflow.org/docs/latest/api_reference/rest-api.html
 */
export class MlflowClient {
  constructor(private readonly options: MlflowClientOptions) {}

  async post(path: string, body: object): Promise<Json> {
    const bytes = Buffer.from(JSON.stringify(body));
    return parse(await this.send("POST", `/api/2.0/mlflow/${path}`, bytes, "application/json"));
  }

  async get(path: string, query: Record<string, string>): Promise<Json> {
    return parse(await this.send("GET", `/api/2.0/mlflow/${path}?${new URLSearchParams(query)}`));
  }

  async getOrUndefined(path: string, query: Record<string, string>): Promise<Json> {
    try {
      return await this.get(path, query);
    } catch (error) {
      if (error instanceof MlflowError && error.status === 404) return undefined;
      throw error;
    }
  }

  async putArtifact(path: string, bytes: Buffer): Promise<void> {
    await this.send("PUT", artifact(path), bytes, "application/octet-stream");
  }

  getArtifact(path: string): Promise<Buffer> {
    return this.send("GET", artifact(path));
  }

  async deleteArtifact(path: string): Promise<void> {
    await this.send("DELETE", artifact(path));
  }

  /** Node's `fetch` does not let a caller set `Host`. */
  private send(method: string, path: string, body?: Buffer, type?: string): Promise<Buffer> {
    const { address, publicUrl, username, password } = this.options;
    const headers: Record<string, string> = { Host: new URL(publicUrl).host };
    if (method !== "GET") headers["Origin"] = publicUrl;
    if (type !== undefined) headers["Content-Type"] = type;
    if (body) headers["Content-Length"] = String(body.length);
    if (username !== undefined) {
      headers["Authorization"] =
        `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
    }
    return new Promise((resolve, reject) => {
      const request = address.startsWith("https:") ? overHttps : overHttp;
      const sent = request(
        `${address.replace(/\/+$/, "")}${path}`,
        { method, headers, timeout: 60_000 },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () => {
            const status = answer.statusCode ?? 0;
            const bytes = Buffer.concat(chunks);
            if (status >= 200 && status < 300) resolve(bytes);
            else
              reject(
                new MlflowError(
                  status,
                  `${method} ${path} answered ${status}: ${bytes.toString().slice(0, 300)}`,
                ),
              );
          });
          answer.on("error", reject);
        },
      );
      sent.on("timeout", () => sent.destroy(noAnswer(`${method} ${path}: no answer in 60 s`)));
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

const noAnswer = (message: string): Error =>
  Object.assign(new Error(message), { code: "ETIMEDOUT" });

const artifact = (path: string) =>
  `/api/2.0/mlflow-artifacts/artifacts/${path.split("/").map(encodeURIComponent).join("/")}`;

const parse = (bytes: Buffer): Json => JSON.parse(bytes.toString() || "{}");

import { request } from "node:http";
import { connect } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly login?: readonly [username: string, password: string];
}

/** One request with exactly these headers; `fetch` does not let a caller choose `Host`. */
export function ask(url: string, path: string, question: Question = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body, login } = question;
  const authorization = login && Buffer.from(login.join(":"), "utf8").toString("base64");
  return new Promise((fulfil, fail) => {
    const sent = request(
      new URL(path, url),
      {
        method,
        agent: false,
        timeout: 30_000,
        headers: {
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(authorization === undefined ? {} : { Authorization: `Basic ${authorization}` }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", fail);
        response.on("end", () =>
          fulfil({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString("utf8"),
            headers: response.headers,
          }),
        );
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer in 30 s`)));
    sent.on("error", fail);
    sent.end(body);
  });
}

/** Whether something listens on this port of 127.0.0.1. */
export function listens(port: number): Promise<boolean> {
  return new Promise((fulfil) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 2_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      fulfil(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}

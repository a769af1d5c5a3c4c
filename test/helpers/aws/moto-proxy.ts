import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Moto } from "./moto.js";

/** JSON of a question or an answer; empty for protocols that have none. */
export type Json = Record<string, unknown>;

/** One question that moto was asked. */
export interface Exchange {
  /** `RunTask`; of S3 the method and the path. */
  readonly operation: string;
  readonly request: Json;
  /** The body as it was sent. */
  readonly text: string;
}

/** An answer that moto does not give: an error, or one that takes its place. */
export interface Instead {
  readonly status: number;
  /** A text is XML, of the protocols that speak it. */
  readonly body: Json | string;
}

export interface ProxyHooks {
  /** Answers in moto's place. @returns undefined: moto is asked */
  readonly instead?: (exchange: Exchange) => Instead | undefined;
  /** Fills in what moto leaves out of a JSON answer. */
  readonly amend?: (exchange: Exchange, answer: Json) => Json | Promise<Json>;
}

export interface MotoProxy {
  readonly environment: Readonly<Record<string, string>>;
  /** Everything that was asked since the last `clear`. */
  readonly exchanges: Exchange[];
  clear(hooks?: ProxyHooks): void;
  operations(): readonly string[];
  stop(): void;
}

/** Stands in front of moto, writes down what is asked, and fills in what moto does not know. */
export async function startMotoProxy(moto: Moto, first: ProxyHooks = {}): Promise<MotoProxy> {
  const exchanges: Exchange[] = [];
  let hooks = first;
  const server = createServer((incoming, outgoing) => {
    void answer(incoming).then(({ status, headers, body }) => {
      outgoing.writeHead(status, headers);
      outgoing.end(body);
    });
  });
  const answer = async (incoming: IncomingMessage) => {
    const body = await bodyOf(incoming);
    const exchange = read(incoming, body.toString());
    exchanges.push(exchange);
    const instead = hooks.instead?.(exchange);
    if (instead) {
      const isXml = typeof instead.body === "string";
      const headers = { "content-type": isXml ? "text/xml" : "application/x-amz-json-1.1" };
      const body = isXml ? instead.body : JSON.stringify(instead.body);
      return { status: instead.status, headers, body };
    }
    const answered = await fetch(`${moto.endpoint}${incoming.url ?? "/"}`, {
      method: incoming.method ?? "GET",
      headers: passed(incoming),
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const text = Buffer.from(await answered.arrayBuffer());
    const headers = Object.fromEntries(
      [...answered.headers].filter(([name]) => !/^(connection|content-length|transfer)/.test(name)),
    );
    const json = answered.ok && hooks.amend ? parse(text.toString()) : undefined;
    const amended = json && hooks.amend ? JSON.stringify(await hooks.amend(exchange, json)) : text;
    return { status: answered.status, headers, body: amended };
  };
  await new Promise<void>((fulfil) => server.listen(0, "127.0.0.1", fulfil));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    environment: { ...moto.environment, AWS_ENDPOINT_URL: endpoint },
    exchanges,
    clear: (next = first) => {
      exchanges.length = 0;
      hooks = next;
    },
    operations: () => exchanges.map(({ operation }) => operation),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function read({ headers, method, url }: IncomingMessage, text: string): Exchange {
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    return { operation: target.replace(/^.*\./, ""), request: parse(text) ?? {}, text };
  }
  const form = Object.fromEntries(new URLSearchParams(text));
  if (form["Action"] !== undefined) return { operation: form["Action"], request: form, text };
  return { operation: `${method ?? ""} ${url ?? ""}`, request: {}, text };
}

/** Headers as they came; moto knows a service by the signature, and does not check it. */
const passed = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === "string" &&
        !/^(host|connection|content-length|transfer-encoding|expect)$/.test(entry[0]),
    ),
  );

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

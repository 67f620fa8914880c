/** Requests to one server over kept-alive connections, with the session's cookie, each byte on the wire counted. */
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";

/** What a request carries. */
export interface Sent {
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

/** A whole answer, unpacked. */
export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Bytes over the wire, headers included. */
export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

const unpack = promisify(gunzip);
/** From so many packed bytes on, unpacking in a thread is worth the way there and back. */
const LARGE = 64 * 1024;
/** Shorter than the server keeps a connection, so that no request is sent on one that it is about to close. */
const KEPT_FOR_MS = 20_000;

/** One device's way to one server. */
export class HttpClient {
  readonly #url: URL;
  readonly #agent: http.Agent;
  readonly #sockets = new Set<Socket>();
  #isUp = true;
  #closed: Traffic = { sent: 0, received: 0 };

  /** `server` is its address, as `http://127.0.0.1:8080`; `cookie` the session's, "" before signing in. */
  constructor(
    server: string,
    private readonly cookie = "",
  ) {
    this.#url = new URL(server);
    const options = { keepAlive: true, timeout: KEPT_FOR_MS, scheduling: "lifo" } as const;
    this.#agent = this.#url.protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
  }

  get traffic(): Traffic {
    let { sent, received } = this.#closed;
    for (const socket of this.#sockets) {
      sent += socket.bytesWritten;
      received += socket.bytesRead;
    }
    return { sent, received };
  }

  /** Takes the device off the network, every connection broken at once, or brings it back. */
  setNetwork(isUp: boolean): void {
    this.#isUp = isUp;
    if (!isUp) for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks every connection; the client is of no more use. */
  close(): void {
    this.setNetwork(false);
    this.#agent.destroy();
  }

  /** Sends a request and reads the whole answer; rejects where there is none, or only a part of one. */
  async send(method: string, path: string, sent: Sent = {}): Promise<Received> {
    const response = await this.open(method, path, sent);
    const packed = await bodyOf(response);
    const isPacked = response.headers["content-encoding"] === "gzip";
    const body = !isPacked ? packed : packed.length < LARGE ? gunzipSync(packed) : await unpack(packed);
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  }

  /** Sends a request and returns the answer as soon as its headers are there. */
  open(method: string, path: string, { headers, body, signal }: Sent = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      if (!this.#isUp) {
        reject(new Error("no network"));
        return;
      }
      const { request } = this.#url.protocol === "https:" ? https : http;
      const asked = request(new URL(path, this.#url), {
        method,
        agent: this.#agent,
        headers: {
          "accept-encoding": "gzip",
          ...headers,
          ...(this.cookie !== "" && { cookie: this.cookie }),
          ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
        },
        ...(signal && { signal }),
      });
      asked.on("socket", (socket) => this.#count(socket));
      asked.on("error", reject);
      asked.on("response", resolve);
      asked.end(body);
    });
  }

  #count(socket: Socket): void {
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      const { sent, received } = this.#closed;
      this.#closed = { sent: sent + socket.bytesWritten, received: received + socket.bytesRead };
    });
  }
}

/** Reads a body by its events: an iterator over a stream takes as long as a small request. */
function bodyOf(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const end = () => {
      // A cut body ends like a whole one where the connection was closed in good order.
      if (response.complete) resolve(Buffer.concat(parts));
      else reject(new Error("the answer was cut short"));
    };
    response.on("data", (part: Buffer) => parts.push(part));
    response.on("error", reject);
    response.on("end", end);
    response.on("close", end);
  });
}

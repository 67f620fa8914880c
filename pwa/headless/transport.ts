/** The session's way to the server over Node's own HTTP; the twin of `HttpTransport`. */
import { gzipSync } from "node:zlib";
import type { SyncRequest } from "$sync/messages.ts";
import {
  type Exchange,
  GZIP_FROM,
  type LiveListener,
  type LiveStream,
  parseHeads,
  readExchange,
  type Transport,
} from "../src/lib/sync/transport.ts";
import { EventStream } from "./event-stream.ts";
import type { HttpClient } from "./http.ts";

/** The transport of one device. */
export class NodeTransport implements Transport {
  constructor(private readonly http: HttpClient) {}

  async exchange(request: SyncRequest, timeoutMs: number, signal: AbortSignal): Promise<Exchange> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    try {
      const text = JSON.stringify(request);
      const isPacked = text.length >= GZIP_FROM;
      const { status, body } = await this.http.send("POST", "/sync", {
        body: isPacked ? gzipSync(text) : text,
        headers: { "content-type": "application/json", ...(isPacked && { "content-encoding": "gzip" }) },
        signal: AbortSignal.any([limit.signal, signal]),
      });
      return readExchange(status, body.toString());
    } catch {
      return { kind: limit.signal.aborted ? "timeout" : "unreachable" };
    } finally {
      clearTimeout(timer);
    }
  }

  listen(listener: LiveListener): LiveStream {
    return new EventStream(this.http, "/live", {
      event: (name, data) => {
        const heads = name === "heads" ? parseHeads(data) : null;
        if (heads !== null) listener.heads(heads);
      },
      interrupted: () => listener.interrupted(),
      ended: () => listener.ended(),
    });
  }
}

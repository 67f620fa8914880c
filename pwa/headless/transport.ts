/** The session's way to the server over Node's own HTTP; the twin of `HttpTransport`. */
import { gzipSync } from "node:zlib";
import type { SyncRequest } from "$sync/messages.ts";
import {
  type Exchange,
  GZIP_FROM,
  type LiveListener,
  type LiveStream,
  parseHeads,
  parseHeartbeat,
  readExchange,
  type Transport,
} from "../src/lib/sync/transport.ts";
import { EventStream } from "./event-stream.ts";
import type { HttpClient } from "./http.ts";

/** The transport of one device. */
export class NodeTransport implements Transport {
  constructor(private readonly http: HttpClient) {}

  async exchange(request: SyncRequest, timeoutMs: number, signal: AbortSignal): Promise<Exchange> {
    const abort = new AbortController();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      abort.abort();
    }, timeoutMs);
    const stop = () => abort.abort();
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    try {
      const text = JSON.stringify(request);
      const isPacked = text.length >= GZIP_FROM;
      const { status, body } = await this.http.send("POST", "/sync", {
        body: isPacked ? gzipSync(text) : text,
        headers: { "content-type": "application/json", ...(isPacked && { "content-encoding": "gzip" }) },
        signal: abort.signal,
      });
      return readExchange(status, body.toString());
    } catch {
      return { kind: isLate ? "timeout" : "unreachable" };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  listen(listener: LiveListener): LiveStream {
    return new EventStream(this.http, "/live", {
      event: (name, data) => {
        const heads = name === "heads" ? parseHeads(data) : null;
        if (heads !== null) listener.heads(heads);
        const ms = name === "heartbeat" ? parseHeartbeat(data) : null;
        if (ms !== null) listener.heartbeat(ms);
      },
      opened: () => listener.opened(),
      interrupted: () => listener.interrupted(),
      ended: () => listener.ended(),
    });
  }
}

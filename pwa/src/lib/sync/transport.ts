/** The way to the server: one request and one stream, each answer a plain value. Nothing here throws. */
import {
  isDecodeError,
  type Problem,
  parseProblem,
  parseReply,
  type SyncReply,
  type SyncRequest,
} from "$sync/messages.ts";
import { readWrittenRows } from "./written-rows.ts";

/** What came of a request. */
export type Exchange =
  | { readonly kind: "reply"; readonly reply: SyncReply }
  /** The server refused the request as a whole. */
  | { readonly kind: "problem"; readonly problem: Problem }
  /** 5xx without a problem: what stands before the server has no answer from it. */
  | { readonly kind: "fault" }
  /** No answer within the time. */
  | { readonly kind: "timeout" }
  /** No connection, or something between that does not speak the protocol (a hotel's sign-in page). */
  | { readonly kind: "unreachable" };

/** Heads of buckets as the stream tells them. */
export type Heads = { readonly [bucket: string]: readonly [epoch: number, sequence: number] };

/** What a live stream tells. */
export interface LiveListener {
  heads(heads: Heads): void;
  /** The server is there; the next of these comes after so many milliseconds. */
  heartbeat(ms: number): void;
  /** A connection was made. */
  opened(): void;
  /** The connection broke; the stream itself tries again. */
  interrupted(): void;
  /** The server refuses the stream; it is over. */
  ended(): void;
}

/** The server's live stream. */
export interface LiveStream {
  close(): void;
}

/** The way to the server. */
export interface Transport {
  /** Sends a request; resolves, never rejects. Aborted by `signal`, it resolves as unreachable. */
  exchange(request: SyncRequest, timeoutMs: number, signal: AbortSignal): Promise<Exchange>;
  /** Listens to the heads of buckets until closed. */
  listen(listener: LiveListener): LiveStream;
}

/** Bytes from which a request is compressed. */
export const GZIP_FROM = 1024;

/** The transport over fetch and EventSource; `origin` is the server's, "" for the page's own. */
export class HttpTransport implements Transport {
  constructor(private readonly origin = "") {}

  async exchange(request: SyncRequest, timeoutMs: number, signal: AbortSignal): Promise<Exchange> {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const text = JSON.stringify(request);
      const isPacked = text.length >= GZIP_FROM && typeof CompressionStream !== "undefined";
      const response = await fetch(`${this.origin}/sync`, {
        method: "POST",
        body: isPacked ? await gzip(text) : text,
        headers: { "content-type": "application/json", ...(isPacked && { "content-encoding": "gzip" }) },
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.any([limit, signal]),
      });
      return readExchange(response.status, await response.text());
    } catch {
      return { kind: limit.aborted ? "timeout" : "unreachable" };
    }
  }

  listen(listener: LiveListener): LiveStream {
    const source = new EventSource(`${this.origin}/live`, { withCredentials: true });
    source.addEventListener("heads", (event: MessageEvent<string>) => {
      const heads = parseHeads(event.data);
      if (heads !== null) listener.heads(heads);
    });
    source.addEventListener("heartbeat", (event: MessageEvent<string>) => {
      const ms = parseHeartbeat(event.data);
      if (ms !== null) listener.heartbeat(ms);
    });
    source.addEventListener("open", () => listener.opened());
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) listener.ended();
      else listener.interrupted();
    });
    return { close: () => source.close() };
  }
}

/** Returns what an answer with this status and text says; what is no JSON of the protocol comes from something between. */
export function readExchange(status: number, text: string): Exchange {
  const foreign: Exchange = { kind: status >= 500 ? "fault" : "unreachable" };
  const isReply = status >= 200 && status < 300;
  const written = isReply ? readWrittenRows(text) : null;
  let body: unknown;
  try {
    body = JSON.parse(written?.rest ?? text);
  } catch {
    return foreign;
  }
  if (isReply) {
    const reply = parseReply(body);
    if (isDecodeError(reply)) return foreign;
    return { kind: "reply", reply: written === null ? reply : { ...reply, rows: written.rows } };
  }
  const problem = parseProblem(body);
  return isDecodeError(problem) ? foreign : { kind: "problem", problem };
}

async function gzip(text: string): Promise<Blob> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).blob();
}

/** Returns the heads that a stream's data writes, null if it writes none. */
export function parseHeads(data: string): Heads | null {
  try {
    const found: unknown = JSON.parse(data);
    if (typeof found !== "object" || found === null) return null;
    const isHeads = Object.values(found).every(
      (head) => Array.isArray(head) && head.length === 2 && head.every((part) => Number.isSafeInteger(part)),
    );
    return isHeads ? (found as Heads) : null;
  } catch {
    return null;
  }
}

/** Returns the milliseconds until the next heartbeat that a stream's data write, null if they write none. */
export function parseHeartbeat(data: string): number | null {
  const ms = Number(data);
  return Number.isSafeInteger(ms) && ms > 0 ? ms : null;
}

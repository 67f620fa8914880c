/** The way of a file's bytes to the server: it says what it has, and takes the next chunk. Nothing here throws. */
import { isDecodeError, type Problem, parseProblem } from "$sync/messages.ts";

/** What came of a request. */
export type FileAnswer =
  /** How far the server has the file; `stored` once it has all of it and says so in the record. */
  | { readonly kind: "state"; readonly offset: number; readonly stored: boolean }
  | { readonly kind: "problem"; readonly problem: Problem }
  /** No answer within the time. */
  | { readonly kind: "timeout" }
  /** No connection, a fault of the server, or something between that speaks another language. */
  | { readonly kind: "unreachable" };

/** Which bytes: the record's id and the digest that it names. */
export interface FileAddress {
  readonly record: string;
  readonly digest: string;
}

/** The way to the server. */
export interface FileTransport {
  /** Asks which byte the server wants next. */
  ask(file: FileAddress, signal: AbortSignal): Promise<FileAnswer>;
  /** Sends the bytes from `offset` on. */
  append(file: FileAddress, offset: number, chunk: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<FileAnswer>;
}

/** Where the bytes of a record are. */
export const filePath = ({ record, digest }: FileAddress) => `/api/files/${record}/${digest}`;

const ASK_MS = 30_000;
/** For the largest chunk on a line of some 20 kbit/s there would be no end: then the chunks become smaller. */
const APPEND_MS = 60_000;

/** The transport over fetch; `origin` is the server's, "" for the page's own. */
export class HttpFileTransport implements FileTransport {
  constructor(private readonly origin = "") {}

  ask(file: FileAddress, signal: AbortSignal): Promise<FileAnswer> {
    return this.#send(file, { method: "GET" }, ASK_MS, signal);
  }

  append(file: FileAddress, offset: number, chunk: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<FileAnswer> {
    const headers = { "content-type": "application/octet-stream", "upload-offset": String(offset) };
    return this.#send(file, { method: "PATCH", headers, body: chunk }, APPEND_MS, signal);
  }

  async #send(file: FileAddress, init: RequestInit, ms: number, signal: AbortSignal): Promise<FileAnswer> {
    const limit = AbortSignal.timeout(ms);
    try {
      const response = await fetch(`${this.origin}${filePath(file)}/upload`, {
        ...init,
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.any([limit, signal]),
      });
      return readFileAnswer(response.ok, await response.text());
    } catch {
      return { kind: limit.aborted ? "timeout" : "unreachable" };
    }
  }
}

/** Returns what an answer's text says; what is not of the protocol comes from something between. */
export function readFileAnswer(isOk: boolean, text: string): FileAnswer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { kind: "unreachable" };
  }
  if (!isOk) {
    const problem = parseProblem(body);
    return isDecodeError(problem) ? { kind: "unreachable" } : { kind: "problem", problem };
  }
  const { offset, stored } = (body ?? {}) as { offset?: unknown; stored?: unknown };
  if (typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0 || typeof stored !== "boolean") {
    return { kind: "unreachable" };
  }
  return { kind: "state", offset, stored };
}

/** A device's files without a browser: bytes in memory, and their way to the server over Node's own HTTP. */
import { createHash } from "node:crypto";
import type { ChangeOf } from "../src/lib/store/change.ts";
import type { Boxed, Content, FileBox, Part } from "../src/lib/store/files/box.ts";
import type { NewContent } from "../src/lib/store/files/uploader.ts";
import {
  type FileAddress,
  type FileAnswer,
  type FileTransport,
  filePath,
  readFileAnswer,
} from "../src/lib/sync/file-transport.ts";
import type { HttpClient } from "./http.ts";

/** Bytes as long as the process lives. */
export class NodeBox implements FileBox {
  readonly #contents = new Map<string, Content>();

  async list(): Promise<Boxed[]> {
    return [...this.#contents.values()].map(({ bytes: _bytes, ...entry }) => entry);
  }

  async bytes(record: string, part: Part): Promise<ArrayBuffer | null> {
    return this.#contents.get(`${record} ${part}`)?.bytes ?? null;
  }

  async put(contents: readonly Content[]): Promise<void> {
    for (const content of contents) this.#contents.set(`${content.record} ${content.part}`, content);
  }

  async update(record: string, part: Part, changes: Partial<Boxed>): Promise<void> {
    const found = this.#contents.get(`${record} ${part}`);
    if (found !== undefined) this.#contents.set(`${record} ${part}`, { ...found, ...changes });
  }

  async remove(entries: readonly Pick<Boxed, "record" | "part">[]): Promise<void> {
    for (const { record, part } of entries) this.#contents.delete(`${record} ${part}`);
  }

  async drop(): Promise<void> {
    this.#contents.clear();
  }
}

/** The twin of `HttpFileTransport`. */
export class NodeFileTransport implements FileTransport {
  constructor(private readonly http: HttpClient) {}

  ask(file: FileAddress, signal: AbortSignal): Promise<FileAnswer> {
    return this.#send("GET", file, { signal });
  }

  append(file: FileAddress, offset: number, chunk: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<FileAnswer> {
    const headers = { "content-type": "application/octet-stream", "upload-offset": String(offset) };
    return this.#send("PATCH", file, {
      headers,
      body: Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength),
      signal,
    });
  }

  async #send(method: string, file: FileAddress, sent: Parameters<HttpClient["send"]>[2]): Promise<FileAnswer> {
    try {
      const { status, body } = await this.http.send(method, `${filePath(file)}/upload`, sent);
      return readFileAnswer(status < 300, body.toString());
    } catch {
      return { kind: "unreachable" };
    }
  }
}

/** A photo of so many bytes, that begins as one does. */
export function photoOf(
  id: string,
  customer: string,
  person: string,
  size: number,
): { change: ChangeOf<"file">; contents: NewContent[] } {
  const bytes = new Uint8Array(size).map((_, at) => (at * 2_654_435_761) >>> 24);
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  const digest = createHash("sha256").update(bytes).digest("hex");
  const mediaType = "image/jpeg";
  const v = { customer, person, type: "photo", media_type: mediaType, size, digest, taken_at: Date.now() } as const;
  return {
    change: { kind: "file", id, root: customer, v },
    contents: [{ part: "file", digest, mediaType, bytes: bytes.buffer }],
  };
}

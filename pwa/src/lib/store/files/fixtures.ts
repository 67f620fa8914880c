/** What the tests of files share: a box in memory, and a server that takes chunks. */
import type { Problem } from "$sync/messages.ts";
import type { ProblemCode } from "$sync/schema.gen.ts";
import type { FileAddress, FileAnswer, FileTransport } from "../../sync/file-transport.ts";
import type { Boxed, Content, FileBox, Part } from "./box.ts";

/** A box that lasts as long as the test. */
export class MemoryBox implements FileBox {
  readonly contents = new Map<string, Content>();
  /** Bytes that fit; more is a full quota. */
  room = Number.POSITIVE_INFINITY;

  async list(): Promise<Boxed[]> {
    return [...this.contents.values()].map(({ bytes: _bytes, ...entry }) => entry);
  }

  async bytes(record: string, part: Part): Promise<ArrayBuffer | null> {
    return this.contents.get(`${record} ${part}`)?.bytes ?? null;
  }

  async put(contents: readonly Content[]): Promise<void> {
    const sizes = [...this.contents.values(), ...contents].reduce((sum, { size }) => sum + size, 0);
    if (sizes > this.room) throw new DOMException("", "QuotaExceededError");
    for (const content of contents) this.contents.set(`${content.record} ${content.part}`, content);
  }

  async update(record: string, part: Part, changes: Partial<Boxed>): Promise<void> {
    const found = this.contents.get(`${record} ${part}`);
    if (found !== undefined) this.contents.set(`${record} ${part}`, { ...found, ...changes });
  }

  async remove(entries: readonly Pick<Boxed, "record" | "part">[]): Promise<void> {
    for (const { record, part } of entries) this.contents.delete(`${record} ${part}`);
  }

  async drop(): Promise<void> {
    this.contents.clear();
  }
}

/** A server that holds parts in memory; `script` answers in its place, one request each. */
export class PartServer implements FileTransport {
  readonly parts = new Map<string, number[]>();
  readonly asked: string[] = [];
  readonly chunks: { readonly digest: string; readonly offset: number; readonly size: number }[] = [];
  script: (FileAnswer | null)[] = [];
  isReachable = true;
  sizes: { [digest: string]: number } = {};

  async ask({ digest }: FileAddress): Promise<FileAnswer> {
    this.asked.push(digest);
    return this.#scripted() ?? this.#state(digest);
  }

  async append({ digest }: FileAddress, offset: number, chunk: Uint8Array<ArrayBuffer>): Promise<FileAnswer> {
    this.chunks.push({ digest, offset, size: chunk.byteLength });
    const scripted = this.#scripted();
    if (scripted !== null) return scripted;
    const part = this.parts.get(digest) ?? [];
    if (offset !== part.length) return problem("wrong_offset", { expected: part.length });
    this.parts.set(digest, [...part, ...chunk]);
    return this.#state(digest);
  }

  #scripted(): FileAnswer | null {
    if (!this.isReachable) return { kind: "unreachable" };
    return this.script.shift() ?? null;
  }

  #state(digest: string): FileAnswer {
    const offset = this.parts.get(digest)?.length ?? 0;
    return { kind: "state", offset, stored: offset === this.sizes[digest] };
  }
}

export function problem(code: ProblemCode, more: Partial<Problem> = {}): FileAnswer {
  return { kind: "problem", problem: { type: "", title: "", status: 0, code, ...more } };
}

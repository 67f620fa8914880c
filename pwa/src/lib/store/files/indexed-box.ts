/** The box in IndexedDB, which pages and workers of every browser have; bytes apart from what is known of them. */
import { transact } from "../../browser/indexed.ts";
import type { Boxed, Content, FileBox, Part } from "./box.ts";
import { Takes } from "./takes.ts";

const ENTRY = "entry";
const BYTES = "bytes";
const DATABASE = { name: "routebook-files", version: 1, stores: [ENTRY, BYTES] };

/** One person's. */
export class IndexedBox implements FileBox {
  constructor(private readonly person: string) {}

  list(): Promise<Boxed[]> {
    return this.#run("readonly", ({ entries }) => entries.getAll(this.#all()));
  }

  async bytes(record: string, part: Part): Promise<ArrayBuffer | null> {
    const found = await this.#run<ArrayBuffer | undefined>("readonly", ({ bytes }) =>
      bytes.get(this.#key(record, part)),
    );
    return found ?? null;
  }

  async put(contents: readonly Content[]): Promise<void> {
    await this.#run("readwrite", ({ entries, bytes: kept }) => {
      let last: { readonly result: unknown } = entries.count();
      for (const { bytes, ...entry } of contents) {
        kept.put(bytes, this.#key(entry.record, entry.part));
        last = entries.put(entry, this.#key(entry.record, entry.part));
      }
      return last;
    });
  }

  async update(record: string, part: Part, changes: Partial<Boxed>): Promise<void> {
    await this.#run("readwrite", ({ entries }) => {
      const key = this.#key(record, part);
      const found: IDBRequest<Boxed | undefined> = entries.get(key);
      found.onsuccess = () => {
        if (found.result !== undefined) entries.put({ ...found.result, ...changes }, key);
      };
      return found;
    });
  }

  async remove(gone: readonly Pick<Boxed, "record" | "part">[]): Promise<void> {
    await this.#run("readwrite", ({ entries, bytes }) => {
      for (const { record, part } of gone) {
        entries.delete(this.#key(record, part));
        bytes.delete(this.#key(record, part));
      }
      return entries.count();
    });
  }

  async drop(): Promise<void> {
    await this.#run("readwrite", ({ entries, bytes }) => {
      bytes.delete(this.#all());
      return entries.delete(this.#all());
    });
    await new Takes(this.person).drop();
  }

  #key(record: string, part: Part): string[] {
    return [this.person, record, part];
  }

  #all(): IDBKeyRange {
    return IDBKeyRange.bound([this.person], [this.person, []]); // a list is above every text
  }

  #run<R>(
    mode: IDBTransactionMode,
    work: (stores: { entries: IDBObjectStore; bytes: IDBObjectStore }) => { readonly result: R },
  ): Promise<R> {
    return transact(DATABASE, [ENTRY, BYTES], mode, (transaction) =>
      work({ entries: transaction.objectStore(ENTRY), bytes: transaction.objectStore(BYTES) }),
    );
  }
}

/**
 * Keeps what is unsent in IndexedDB, for browsers that keep no files: one entry for each edit and each answer, so that saving one
 * costs one, however many wait.
 */
import type { Edit } from "$sync/messages.ts";
import { inKept, Kept, UNSENT } from "./kept.ts";
import type { Answered, Unsent, UnsentChange, UnsentCounters } from "./unsent.ts";

/** How many answers are kept, as in the database itself. */
const ANSWERS_KEPT = 200;

/** What an older version of the app kept as one value. */
type Old = UnsentCounters & { readonly unsent?: readonly Edit[] };

/** One person's. What a promise here says is kept, is on the disk. */
export class UnsentKeeper {
  readonly #counters: Kept<Old>;

  constructor(private readonly person: string) {
    this.#counters = new Kept(`unsent/${person}`);
  }

  /** Returns what was kept, null if nothing was. */
  async read(): Promise<Unsent | null> {
    const counters = await this.#counters.read();
    if (counters === null) return null;
    const edits = await inKept<Edit[]>(UNSENT, "readonly", (store) => store.getAll(this.#range("edit")));
    const answered = await inKept<Answered[]>(UNSENT, "readonly", (store) => store.getAll(this.#range("answer")));
    return { ...counters, unsent: edits.length > 0 ? edits : (counters.unsent ?? []), answered };
  }

  /** Keeps one step; all of it or nothing. */
  async keep({ counters, isAnew, first, added, answered }: UnsentChange): Promise<void> {
    await inKept(UNSENT, "readwrite", (store) => {
      store.delete(isAnew ? this.#range("edit") : this.#range("edit", first - 1));
      for (const edit of added) store.put(edit, [this.person, "edit", edit.n]);
      for (const one of answered) store.put(one, [this.person, "answer", one.seq]);
      const last = answered.at(-1);
      if (last !== undefined) store.delete(this.#range("answer", last.seq - ANSWERS_KEPT));
      return this.#counters.put(store.transaction, counters);
    });
  }

  /** Forgets everything. */
  async drop(): Promise<void> {
    await inKept(UNSENT, "readwrite", (store) => {
      for (const part of ["edit", "answer"]) store.delete(this.#range(part));
      return this.#counters.delete(store.transaction);
    });
  }

  /** The keys of a part, up to a number. */
  #range(part: string, upTo = Number.POSITIVE_INFINITY): IDBKeyRange {
    return IDBKeyRange.bound([this.person, part, Number.NEGATIVE_INFINITY], [this.person, part, upTo]);
  }
}

/**
 * Keeps what is unsent in IndexedDB, for browsers that keep no files, and what was taken and no backup covers yet: one entry for each
 * edit and each answer, so that saving one costs one, however many wait.
 */
import { msFromStamp } from "$sync/clock.ts";
import type { Edit } from "$sync/messages.ts";
import { inKept, Kept, UNSENT } from "./kept.ts";
import type { KeptRow, KeptStep } from "./kept-steps.ts";
import type { Queued } from "./outbox.ts";
import type { Answered, Unsent, UnsentChange, UnsentCounters, UnsentLists } from "./unsent.ts";

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
    const edits = await inKept<(Queued | Edit)[]>(UNSENT, "readonly", (store) => store.getAll(this.#range("edit")));
    const answered = await inKept<Answered[]>(UNSENT, "readonly", (store) => store.getAll(this.#range("answer")));
    const unsent = (edits.length > 0 ? edits : (counters.unsent ?? [])).map(queuedOf);
    const buckets = (await this.#list("buckets")) ?? {};
    const looks = (await this.#list("looks")) ?? [];
    const taken = await inKept<KeptRow[]>(UNSENT, "readonly", (store) => store.getAll(this.#range("taken")));
    return { ...counters, unsent, answered, buckets, looks, taken };
  }

  /** Keeps one step; all of it or nothing. */
  async keep({ counters, isAnew, first, added, answered, lists, taken }: UnsentChange): Promise<void> {
    await inKept(UNSENT, "readwrite", (store) => {
      store.delete(isAnew ? this.#range("edit") : this.#range("edit", first - 1));
      for (const one of added) store.put(one, [this.person, "edit", one.edit.n]);
      for (const one of answered) store.put(one, [this.person, "answer", one.seq]);
      for (const [name, list] of Object.entries(lists)) store.put(list, [this.person, name, 0]);
      if (taken !== null) this.#keepTaken(store, taken);
      const last = answered.at(-1);
      if (last !== undefined) store.delete(this.#range("answer", last.seq - ANSWERS_KEPT));
      return this.#counters.put(store.transaction, counters);
    });
  }

  /** Forgets everything. */
  async drop(): Promise<void> {
    await inKept(UNSENT, "readwrite", (store) => {
      for (const part of ["edit", "answer", "taken", "buckets", "looks"]) store.delete(this.#range(part));
      return this.#counters.delete(store.transaction);
    });
  }

  #keepTaken(store: IDBObjectStore, { spans, added }: KeptStep): void {
    let after: IDBValidKey[] = [this.person, "taken", Number.NEGATIVE_INFINITY];
    for (const [device, first, last] of spans) {
      store.delete(IDBKeyRange.bound(after, [this.person, "taken", device, first], true, true));
      after = [this.person, "taken", device, last];
    }
    store.delete(IDBKeyRange.bound(after, [this.person, "taken", Number.POSITIVE_INFINITY], true, true));
    for (const one of added) store.put(one, [this.person, "taken", one.device, one.edit.n]);
  }

  /** A list that is kept whole; an older version of the app kept none. */
  #list<N extends keyof UnsentLists>(name: N): Promise<UnsentLists[N] | undefined> {
    return inKept<UnsentLists[N] | undefined>(UNSENT, "readonly", (store) => store.get([this.person, name, 0]));
  }

  /** The keys of a part, up to a number. */
  #range(part: string, upTo = Number.POSITIVE_INFINITY): IDBKeyRange {
    return IDBKeyRange.bound([this.person, part, Number.NEGATIVE_INFINITY], [this.person, part, upTo]);
  }
}

/** An older version of the app kept the edit alone. */
function queuedOf(one: Queued | Edit): Queued {
  if ("edit" in one) return one;
  return { edit: one, created_at: msFromStamp(one.at), verdict: "", hold: 0, counted: null };
}

/**
 * Values kept in IndexedDB. What a promise here says is kept, is on the disk: Chromium writes `localStorage` up to a minute
 * later, and would forget who signed in when it is killed before.
 */
import { transact } from "../browser/indexed.ts";

/** Single values by name. */
const KEPT = "kept";
/** Edits that wait, where the database does not last (`unsent-keeper.ts`). */
export const UNSENT = "unsent";
/** Version 2 added the second store. */
const DATABASE = { name: "routebook-kept", version: 2, stores: [KEPT, UNSENT] };

/** The value of one name, on this device. */
export class Kept<T> {
  constructor(private readonly name: string) {}

  /** Returns what was kept, null if nothing was. */
  async read(): Promise<T | null> {
    const found = await inKept<T | undefined>(KEPT, "readonly", (store) => store.get(this.name));
    return found ?? null;
  }

  /** Keeps `value` in place of what was kept; resolves when it is on the disk. */
  async keep(value: T): Promise<void> {
    await inKept(KEPT, "readwrite", (store) => store.put(value, this.name));
  }

  /** Forgets it. */
  async drop(): Promise<void> {
    await inKept(KEPT, "readwrite", (store) => store.delete(this.name));
  }

  /** Keeps it as a part of a transaction that `inKept` began. */
  put(transaction: IDBTransaction, value: T): IDBRequest<IDBValidKey> {
    return transaction.objectStore(KEPT).put(value, this.name);
  }

  /** Forgets it as a part of such a transaction. */
  delete(transaction: IDBTransaction): IDBRequest<undefined> {
    return transaction.objectStore(KEPT).delete(this.name);
  }
}

/** Runs `work` on a store in one transaction and returns the result of its last request; all of it is on the disk, or nothing. */
export function inKept<R>(
  store: typeof KEPT | typeof UNSENT,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<R>,
): Promise<R> {
  return transact(DATABASE, [...new Set([store, KEPT])], mode, (transaction) => work(transaction.objectStore(store)));
}

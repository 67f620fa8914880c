/**
 * Values kept in IndexedDB. What a promise here says is kept, is on the disk: Chromium writes `localStorage` up to a minute
 * later, and would forget who signed in when it is killed before.
 */

const DATABASE = "routebook-kept";
/** Version 2 added the second store. */
const VERSION = 2;
/** Single values by name. */
const KEPT = "kept";
/** Edits that wait, where the database does not last (`unsent-keeper.ts`). */
export const UNSENT = "unsent";

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
export async function inKept<R>(
  store: typeof KEPT | typeof UNSENT,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<R>,
): Promise<R> {
  const database = await opened();
  try {
    const transaction = database.transaction([...new Set([store, KEPT])], mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    return request.result;
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      const { objectStoreNames: stores } = request.result;
      for (const name of [KEPT, UNSENT]) if (!stores.contains(name)) request.result.createObjectStore(name);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

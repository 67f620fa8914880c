/**
 * One value kept in IndexedDB. What a promise here says is kept, is on the disk: Chromium writes `localStorage` up to a minute
 * later, and would forget who signed in when it is killed before.
 */

const DATABASE = "routebook-kept";
const STORE = "kept";

/** The value of one name, on this device. */
export class Kept<T> {
  constructor(private readonly name: string) {}

  /** Returns what was kept, null if nothing was. */
  async read(): Promise<T | null> {
    const found = await this.#run<T | undefined>("readonly", (store) => store.get(this.name));
    return found ?? null;
  }

  /** Keeps `value` in place of what was kept; resolves when it is on the disk. */
  async keep(value: T): Promise<void> {
    await this.#run("readwrite", (store) => store.put(value, this.name));
  }

  /** Forgets it. */
  async drop(): Promise<void> {
    await this.#run("readwrite", (store) => store.delete(this.name));
  }

  async #run<R>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<R>): Promise<R> {
    const database = await opened();
    try {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const request = work(transaction.objectStore(STORE));
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      return request.result;
    } finally {
      database.close();
    }
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

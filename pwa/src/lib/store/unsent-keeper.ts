/** Keeps the unsent edits in IndexedDB where the database itself does not last. */
import type { Unsent } from "./engine.ts";

const DATABASE = "routebook-unsent";
const STORE = "unsent";

/** The unsent edits of one person. */
export class UnsentKeeper {
  constructor(private readonly person: string) {}

  /** Returns what was kept, null if nothing was. */
  async read(): Promise<Unsent | null> {
    const found = await this.#run<Unsent | undefined>("readonly", (store) => store.get(this.person));
    return found ?? null;
  }

  /** Keeps `unsent` in place of what was kept; resolves when it is on the disk. */
  async keep(unsent: Unsent): Promise<void> {
    await this.#run("readwrite", (store) => store.put(unsent, this.person));
  }

  /** Forgets everything. */
  async drop(): Promise<void> {
    await this.#run("readwrite", (store) => store.delete(this.person));
  }

  async #run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
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

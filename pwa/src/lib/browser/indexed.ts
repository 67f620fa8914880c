/** Databases of IndexedDB, which pages, workers and the service worker of every browser have. */

/** A database and the stores that it holds. A store is added with the next version. */
export interface Indexed {
  readonly name: string;
  readonly version: number;
  readonly stores: readonly string[];
}

/**
 * Runs `work` in one transaction over `stores` and returns the result of the request that it answers with: all of it is on the disk,
 * or nothing. The database is closed again, so that it never stands in the way of another tab. Throws a DOMException.
 */
export async function transact<R>(
  database: Indexed,
  stores: readonly string[],
  mode: IDBTransactionMode,
  work: (transaction: IDBTransaction) => { readonly result: R },
): Promise<R> {
  const open = await opened(database);
  try {
    const transaction = open.transaction([...stores], mode, { durability: "strict" });
    const request = work(transaction);
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    return request.result;
  } finally {
    open.close();
  }
}

function opened({ name, version, stores }: Indexed): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      const { objectStoreNames: known } = request.result;
      for (const store of stores) if (!known.contains(store)) request.result.createObjectStore(store);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

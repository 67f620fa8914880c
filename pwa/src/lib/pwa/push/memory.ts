/** What a device remembers of its reminders, in IndexedDB: those that came, and what the server has not heard yet. */
import type { Standing } from "./message.ts";
import { keyOf, REPORTS_LAST_MS, type Report } from "./reports.ts";

/** The memory as the handlers need it. */
export interface PushMemory {
  /** Writes down that a message came, unless it is there, in one transaction; answers how it stood before. */
  meet(id: string, now: number): Promise<Standing>;
  /** Its person has put it away. */
  close(id: string, now: number): Promise<void>;
  keep(report: Report): Promise<void>;
  /** What waits, in the order in which it is to be said. */
  waiting(): Promise<readonly Report[]>;
  drop(report: Report): Promise<void>;
}

interface Met {
  readonly at: number;
  readonly closed: boolean;
}

const DATABASE = "routebook-push";
const MET = "met";
const REPORTS = "reports";

export class DeviceMemory implements PushMemory {
  async meet(id: string, now: number): Promise<Standing> {
    let standing: Standing = "new";
    await inStore(MET, "readwrite", (store) => {
      forgetBefore(store, now - REPORTS_LAST_MS);
      const known = store.get(id) as IDBRequest<Met | undefined>;
      known.onsuccess = () => {
        if (known.result !== undefined) standing = known.result.closed ? "closed" : "shown";
        else store.put({ at: now, closed: false } satisfies Met, id);
      };
      return known;
    });
    return standing;
  }

  async close(id: string, now: number): Promise<void> {
    await inStore(MET, "readwrite", (store) => store.put({ at: now, closed: true } satisfies Met, id));
  }

  async keep(report: Report): Promise<void> {
    await inStore(REPORTS, "readwrite", (store) => store.put(report, keyOf(report)));
  }

  async waiting(): Promise<readonly Report[]> {
    return inStore(REPORTS, "readonly", (store) => store.getAll() as IDBRequest<Report[]>);
  }

  async drop(report: Report): Promise<void> {
    await inStore(REPORTS, "readwrite", (store) => store.delete(keyOf(report)));
  }
}

function forgetBefore(store: IDBObjectStore, before: number): void {
  const walk = store.openCursor();
  walk.onsuccess = () => {
    const cursor = walk.result;
    if (cursor === null) return;
    if ((cursor.value as Met).at < before) cursor.delete();
    cursor.continue();
  };
}

async function inStore<R>(
  name: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<R>,
): Promise<R> {
  const database = await opened();
  try {
    const transaction = database.transaction(name, mode, { durability: "strict" });
    const request = work(transaction.objectStore(name));
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
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      for (const name of [MET, REPORTS]) request.result.createObjectStore(name);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** What a device remembers of its reminders, in IndexedDB: those that came, and what the server has not heard yet. */
import { transact } from "#lib/browser/indexed";
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

const MET = "met";
const REPORTS = "reports";
const DATABASE = { name: "routebook-push", version: 1, stores: [MET, REPORTS] };

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

const inStore = <R>(
  name: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<R>,
): Promise<R> => transact(DATABASE, [name], mode, (transaction) => work(transaction.objectStore(name)));

/**
 * The ways by road that a device has been told, in IndexedDB: a copy of what the server can be asked for again, so no records, and never
 * sent. They tell where customers are: they go with everything else of the person's.
 */
import { transact } from "../browser/indexed.ts";

/** How far it is and how long it takes; both null where no road leads there. */
export interface RoadLeg {
  readonly metres: number | null;
  readonly seconds: number | null;
  /** When it was told, milliseconds since 1970 UTC. */
  readonly at: number;
}

/** All that is known of the ways from one cell. */
export interface RoadRow {
  readonly from: number;
  /** By the cell to which they lead. */
  readonly legs: ReadonlyMap<number, RoadLeg>;
  /** When something of it was told last. */
  readonly at: number;
}

/** What the server answers: from the place of the row to that of the column. */
export interface RoadTable {
  readonly metres: readonly (readonly (number | null)[])[];
  readonly seconds: readonly (readonly (number | null)[])[];
}

/** Where the rows are kept. */
export interface RoadBox {
  /** Those of these cells that there are. */
  read(cells: readonly number[]): Promise<readonly RoadRow[]>;
  /** Keeps rows in place of those of the same cells, and lets go of others where they become too many. */
  keep(rows: readonly RoadRow[]): Promise<void>;
  /** Drops everything of this person. */
  drop(): Promise<void>;
}

/** Cells from which ways are kept: more than a rep has customers. */
export const MOST_ROWS = 500;

/** Which rows to let go of, so that no more than `most` stay: those of which nothing was told for the longest time. */
export function surplus(rows: readonly Pick<RoadRow, "from" | "at">[], most = MOST_ROWS): readonly number[] {
  return [...rows]
    .sort((a, b) => b.at - a.at)
    .slice(most)
    .map(({ from }) => from);
}

const ROW = "row";
const DATABASE = { name: "routebook-roads", version: 1, stores: [ROW] };

/** One person's. */
export class IndexedRoads implements RoadBox {
  constructor(private readonly person: string) {}

  async read(cells: readonly number[]): Promise<readonly RoadRow[]> {
    const found = await this.#run("readonly", (rows) => {
      const requests: IDBRequest<RoadRow | undefined>[] = cells.map((cell) => rows.get([this.person, cell]));
      return {
        get result() {
          return requests.map(({ result }) => result);
        },
      };
    });
    return found.filter((row) => row !== undefined);
  }

  async keep(rows: readonly RoadRow[]): Promise<void> {
    const count = await this.#run("readwrite", (store) => {
      for (const row of rows) store.put(row, [this.person, row.from]);
      return store.count(this.#all());
    });
    if (count > MOST_ROWS) await this.#trim();
  }

  async drop(): Promise<void> {
    await this.#run("readwrite", (rows) => rows.delete(this.#all()));
  }

  async #trim(): Promise<void> {
    await this.#run("readwrite", (store) => {
      const all: IDBRequest<RoadRow[]> = store.getAll(this.#all());
      all.onsuccess = () => {
        for (const from of surplus(all.result)) store.delete([this.person, from]);
      };
      return all;
    });
  }

  #all(): IDBKeyRange {
    return IDBKeyRange.bound([this.person], [this.person, []]); // a list is above every number
  }

  #run<R>(mode: IDBTransactionMode, work: (rows: IDBObjectStore) => { readonly result: R }): Promise<R> {
    return transact(DATABASE, [ROW], mode, (transaction) => work(transaction.objectStore(ROW)));
  }
}

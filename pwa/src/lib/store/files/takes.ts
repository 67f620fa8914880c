/**
 * Takes: what has been recorded of a voice note so far, piece by piece on this device's disk, until the note is in the box. A page that
 * is killed leaves its take behind (docs/decisions/0187).
 */
import { transact } from "../../browser/indexed.ts";

/** One recording. */
export interface Take {
  /** The id that its file's record is going to have. */
  readonly id: string;
  readonly customer: string;
  /** null for none. */
  readonly visit: string | null;
  readonly mediaType: string;
  /** Milliseconds since 1970 UTC. */
  readonly beganAt: number;
}

/** What came next of it. */
export interface Piece {
  readonly bytes: ArrayBuffer;
  /** Milliseconds from the beginning of the recording to the end of the piece. */
  readonly until: number;
}

const TAKE = "take";
const PIECE = "piece";
const DATABASE = { name: "routebook-takes", version: 1, stores: [TAKE, PIECE] };

/** One person's. What a promise here says is kept, is on the disk. */
export class Takes {
  constructor(private readonly person: string) {}

  list(): Promise<Take[]> {
    return this.#run("readonly", ({ takes }) => takes.getAll(within([this.person])));
  }

  /** Adds the piece of that number, counted from 0; the first one brings the take, without which there are no others. */
  async add(take: Take, number: number, piece: Piece): Promise<void> {
    await this.#run("readwrite", ({ takes, pieces }) => {
      const key = [this.person, take.id];
      if (number === 0) takes.put(take, key);
      const found: IDBRequest<number> = takes.count(key);
      found.onsuccess = () => void (found.result > 0 && pieces.put(piece, [...key, number]));
      return found;
    });
  }

  /** Its pieces in their order, up to the first that is missing. */
  async pieces(id: string): Promise<readonly Piece[]> {
    const all = within([this.person, id]);
    const [found, numbers] = await this.#run("readonly", ({ pieces }) => {
      const values: IDBRequest<Piece[]> = pieces.getAll(all);
      const keys = pieces.getAllKeys(all);
      return {
        get result() {
          return [values.result, keys.result.map((key) => (key as [string, string, number])[2])] as const;
        },
      };
    });
    return found.filter((_piece, at) => numbers[at] === at);
  }

  async remove(id: string): Promise<void> {
    await this.#run("readwrite", ({ takes, pieces }) => {
      pieces.delete(within([this.person, id]));
      return takes.delete([this.person, id]);
    });
  }

  /** Drops everything of this person. */
  async drop(): Promise<void> {
    await this.#run("readwrite", ({ takes, pieces }) => {
      pieces.delete(within([this.person]));
      return takes.delete(within([this.person]));
    });
  }

  #run<R>(
    mode: IDBTransactionMode,
    work: (stores: { takes: IDBObjectStore; pieces: IDBObjectStore }) => { readonly result: R },
  ): Promise<R> {
    return transact(DATABASE, [TAKE, PIECE], mode, (transaction) =>
      work({ takes: transaction.objectStore(TAKE), pieces: transaction.objectStore(PIECE) }),
    );
  }
}

/** Every key that begins so: a list is above every text and number. */
const within = (start: readonly string[]): IDBKeyRange => IDBKeyRange.bound([...start], [...start, []]);

/**
 * The running checksum of each bucket over the confirmed rows that the device holds (SPEC R60): each row's own checksum stands
 * beside it, so that one changed row costs one row's work, whatever is held.
 */
import { MODULUS } from "$sync/checksum.ts";
import type { Database } from "./database.ts";

/** Checksum and count of a bucket's rows. */
export type Sum = readonly [checksum: number, rows: number];

const EMPTY: Sum = [0, 0];

/** What a transaction does to a bucket's sum so far. */
interface SumChange {
  checksum: number;
  rows: number;
}

/** Collects what one transaction does to the sums; `save` writes it down. */
export class Sums {
  readonly #changes = new Map<string, SumChange>();

  constructor(private readonly database: Database) {}

  /** A row with this checksum came into the bucket; null for one that the server has never confirmed. */
  add(bucket: string, sum: number | null): void {
    if (sum !== null) this.#change(bucket, sum, 1);
  }

  /** A row with this checksum left the bucket. */
  subtract(bucket: string, sum: number | null): void {
    if (sum !== null) this.#change(bucket, MODULUS - sum, -1);
  }

  save(): void {
    for (const [bucket, { checksum, rows }] of this.#changes) {
      if (checksum === 0 && rows === 0) continue;
      this.database.run(
        `INSERT INTO total (bucket, checksum, rows) VALUES (?1, ?2, ?3)
         ON CONFLICT (bucket) DO UPDATE SET checksum = (checksum + ?2) % ${MODULUS}, rows = rows + ?3`,
        [bucket, checksum, rows],
      );
    }
    this.#changes.clear();
  }

  #change(bucket: string, checksum: number, rows: number): void {
    const change = this.#changes.get(bucket);
    if (change === undefined) this.#changes.set(bucket, { checksum: checksum % MODULUS, rows });
    else {
      change.checksum = (change.checksum + checksum) % MODULUS;
      change.rows += rows;
    }
  }
}

/** Returns the running checksum of a bucket and the count of its rows. */
export function readSum(database: Database, bucket: string): Sum {
  const found = database.get<{ checksum: number; rows: number }>("SELECT checksum, rows FROM total WHERE bucket = ?", [
    bucket,
  ]);
  return found === undefined ? EMPTY : [found.checksum, found.rows];
}

/** Sets a bucket's sum to what its rows add up to. */
export function writeSum(database: Database, bucket: string, [checksum, rows]: Sum): void {
  database.run("INSERT OR REPLACE INTO total (bucket, checksum, rows) VALUES (?, ?, ?)", [bucket, checksum, rows]);
}

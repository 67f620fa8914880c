/**
 * Checking that the device holds what the server does (SPEC R60-R64). The running sum of a bucket is compared with the server's
 * whenever a reply names it. Where they differ, the rows' checksums are computed again from their documents, and the next request
 * tells that of each partition; the reply brings the bad ones whole.
 *
 * An *audit* computes the checksums again, in slices; it also runs over everything when the device is idle, because a document that
 * the disk has spoilt changes no sum by itself. A checksum is of stamps alone: lost, doubled and stale rows are found, and stamps that
 * were spoilt; a value that was changed under its stamp is not.
 */
import { checksumOfKind, MODULUS, partitionOf, textFromSums } from "$sync/checksum.ts";
import type { SyncReply } from "$sync/messages.ts";
import type { Doc } from "$sync/record.ts";
import { type Kind, MAX_CHECKED, PARTITIONS } from "$sync/schema.gen.ts";
import type { Database } from "./database.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";
import { readSum, type Sum, Sums, writeSum } from "./sums.ts";
import { KINDS } from "./tables.ts";

/** Rows audited in one slice: some ten milliseconds, between which the worker answers screens. */
const SLICE = 500;
/** Up to this many rows a bucket is audited at once, within the request that tells its partitions. */
const AT_ONCE = 2_000;
/** Between two audits of everything. */
export const AUDIT_EVERY_MS = 24 * 3_600_000;

const TABLES: readonly (Kind | "stranger")[] = [...KINDS, "stranger"];

/** How far an audit is: a table, and the row in it. */
interface Place {
  readonly table: number;
  readonly after: number | string;
}

const START: Place = { table: 0, after: 0 };

/** Recomputes checksums and says what each partition's is. Lives as long as the engine; nothing of it has to survive a crash. */
export class Checks {
  /** How far the audits of single buckets are; null where one is done. It stays done: rows written since carry true sums. */
  readonly #audits = new Map<string, Place | null>();
  /** The buckets of which the last request told the partitions. */
  readonly #told = new Set<string>();
  /** The partitions that have been mended since a bucket was found to differ. */
  readonly #mended = new Map<string, Set<number>>();
  /** The buckets that differed so much that they are read again. */
  readonly #reread = new Set<string>();
  /** The buckets that are left as they are while others are still to be settled. */
  readonly #left = new Set<string>();
  #isUnsettled = false;

  constructor(private readonly database: Database) {}

  /** Whether a bucket differed while more was to come: the next request asks for every checksum (SPEC R63). */
  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  /** Whether the next request has something to tell. */
  get isReady(): boolean {
    return this.#suspects().some((bucket) => this.#isSmall(bucket) || this.#audits.get(bucket) === null);
  }

  /**
   * Returns the checksums of the partitions of buckets that differ and have been audited, as many as one request tells; the others
   * come once these are settled (SPEC R64).
   */
  tell(): { [bucket: string]: string } {
    const told: { [bucket: string]: string } = {};
    this.#told.clear();
    for (const bucket of this.#suspects()) {
      if (this.#told.size === MAX_CHECKED) break;
      if (this.#isSmall(bucket)) while (this.#audit(bucket));
      if (this.#audits.get(bucket) !== null) continue;
      told[bucket] = textFromSums(this.#partitions(bucket));
      this.#told.add(bucket);
    }
    return told;
  }

  /** Notes which of the buckets that were told are read again as a whole instead (SPEC R64). */
  noteResets(buckets: ReadonlySet<string>): void {
    for (const bucket of buckets) if (this.#told.has(bucket)) this.#reread.add(bucket);
  }

  /**
   * Compares the sums that a reply names, once everything of it is stored; an overtaken one says nothing of what is held now. Nor does a
   * difference while more is to come, or while another bucket has been read on: what moved meanwhile is held where it was until it is
   * met, or where it went already.
   */
  compare(reply: SyncReply, isStale: (bucket: string) => boolean): void {
    // Another schema may take a field for a register that is a set (SPEC R62).
    const isComparable = !reply.control.some(({ control }) => control === "upgrade");
    const isMoving = reply.more || Object.keys(reply.cursors).some(isStale);
    this.#isUnsettled &&= isMoving;
    for (const bucket of reply.complete) {
      if (isStale(bucket)) continue;
      const sum = isComparable ? reply.sums[bucket] : undefined;
      if (sum !== undefined && isMoving && !this.#isEqual(bucket, sum)) this.#isUnsettled = true;
      else if (sum !== undefined) this.#mark(bucket, this.#isEqual(bucket, sum) || this.#isHopeless(bucket, reply));
      // A server that was asked and does not say.
      else if (this.#told.has(bucket)) this.#mark(bucket, true);
    }
    if (this.#suspects().length === 0) this.#left.clear();
  }

  /** Does a slice of an audit that a difference asks for; false if there is none to do. */
  workOff(): boolean {
    const bucket = this.#suspects().find((one) => this.#audits.get(one) !== null);
    return bucket !== undefined && this.#audit(bucket);
  }

  /**
   * Does a slice of the audit of everything, if one is due at `now`; false if none is. `found` hears of a row that was wrong. One is due, too,
   * where the last lies ahead: the clock did then.
   */
  patrol(now: number, found: () => void): boolean {
    const saved = readMeta(this.database, "audit");
    const since = now - readNumber(this.database, "audited");
    if (saved === null && since >= 0 && since < AUDIT_EVERY_MS) return false;
    const place: Place = saved === null ? START : JSON.parse(saved);
    this.database.transaction(() => {
      const { next, wrong } = auditSlice(this.database, place, null);
      if (next !== null) writeMeta(this.database, "audit", JSON.stringify(next));
      else {
        this.database.run("DELETE FROM meta WHERE name = 'audit'");
        writeMeta(this.database, "audited", now);
      }
      if (wrong > 0 || (next === null && this.#addUp())) found();
    });
    return true;
  }

  /** Adds the rows' checksums up anew; tells whether a running sum was wrong, as after a row was lost from the disk. */
  #addUp(): boolean {
    const sums = new Map<string, Sum>();
    for (const table of TABLES) {
      const rows = this.database.all<{ bucket: string; sum: number; rows: number }>(
        `SELECT bucket, sum(sum) AS sum, count(*) AS rows FROM "${tableOf(table)}" WHERE sum IS NOT NULL GROUP BY bucket`,
      );
      for (const { bucket, sum, rows: count } of rows) {
        const [before, n] = sums.get(bucket) ?? [0, 0];
        sums.set(bucket, [(before + sum) % MODULUS, n + count]);
      }
    }
    const told = this.database.all<{ bucket: string }>("SELECT bucket FROM total").map(({ bucket }) => bucket);
    const wrong = [...new Set([...told, ...sums.keys()])].filter((bucket) => {
      const [checksum, count] = sums.get(bucket) ?? [0, 0];
      const isWrong = !this.#isEqual(bucket, [checksum, count]);
      if (isWrong) writeSum(this.database, bucket, [checksum, count]);
      return isWrong;
    });
    return wrong.length > 0;
  }

  #isEqual(bucket: string, [checksum, rows]: readonly [number, number]): boolean {
    const [held, count] = readSum(this.database, bucket);
    return held === checksum && count === rows;
  }

  /**
   * Nothing of what was told was bad, or what was mended, or read again as a whole, is bad again: a defect somewhere that asking at
   * once would not mend. The bucket is left alone until nothing else is to be settled and sums are compared again.
   */
  #isHopeless(bucket: string, reply: SyncReply): boolean {
    if (this.#left.has(bucket)) return true;
    const isHopeless = this.#reread.has(bucket) || this.#isBadAgain(bucket, reply);
    if (isHopeless) this.#left.add(bucket);
    return isHopeless;
  }

  #isBadAgain(bucket: string, reply: SyncReply): boolean {
    if (!this.#told.has(bucket)) return false;
    const mended = this.#mended.get(bucket) ?? new Set();
    const repaired = reply.repair[bucket] ?? [];
    // There was no room for any of it beside what was repaired of others: it is told again.
    if (repaired.length === 0 && Object.keys(reply.repair).length > 0) return false;
    const isHopeless = repaired.length === 0 || repaired.some((partition) => mended.has(partition));
    for (const partition of repaired) mended.add(partition);
    this.#mended.set(bucket, mended);
    return isHopeless;
  }

  #mark(bucket: string, isSettled: boolean): void {
    this.database.run("UPDATE cursor SET suspect = ?1 WHERE bucket = ?2 AND suspect <> ?1", [
      isSettled ? 0 : 1,
      bucket,
    ]);
    if (!isSettled) return;
    this.#audits.delete(bucket);
    this.#mended.delete(bucket);
    this.#reread.delete(bucket);
  }

  #suspects(): string[] {
    return this.database
      .all<{ bucket: string }>("SELECT bucket FROM cursor WHERE suspect = 1")
      .map(({ bucket }) => bucket);
  }

  #isSmall(bucket: string): boolean {
    return readSum(this.database, bucket)[1] <= AT_ONCE;
  }

  /** Does the next slice of a bucket's audit; false if it is done. */
  #audit(bucket: string): boolean {
    const place = this.#audits.get(bucket) ?? (this.#audits.has(bucket) ? null : START);
    if (place === null) return false;
    const { next } = this.database.transaction(() => auditSlice(this.database, place, bucket));
    this.#audits.set(bucket, next);
    return true;
  }

  /** The checksum of each partition of a bucket, from the rows' own; the running sum is set right by the way. */
  #partitions(bucket: string): number[] {
    const sums = new Array<number>(PARTITIONS).fill(0);
    let count = 0;
    for (const table of TABLES) {
      const rows = this.database.all<{ ending: string; sum: number; rows: number }>(
        `SELECT substr(id, -2) AS ending, sum(sum) AS sum, count(*) AS rows FROM "${tableOf(table)}"
         WHERE bucket = ? AND sum IS NOT NULL GROUP BY 1`,
        [bucket],
      );
      for (const { ending, sum, rows: n } of rows) {
        const partition = partitionOf(ending);
        sums[partition] = ((sums[partition] ?? 0) + sum) % MODULUS;
        count += n;
      }
    }
    const checksum = sums.reduce((all, one) => (all + one) % MODULUS, 0);
    writeSum(this.database, bucket, [checksum, count]);
    return sums;
  }
}

interface Audited {
  readonly n: number | string;
  readonly id: string;
  readonly kind: string;
  readonly bucket: string;
  readonly home: number;
  readonly sum: number | null;
  /** The confirmed state; null where the server has none. */
  readonly doc: string | null;
}

/**
 * Computes the checksums of the next rows again, of one bucket or of all, and writes down those that differ. A document that cannot be
 * read any more counts for nothing, so that its partition differs from the server's.
 */
function auditSlice(database: Database, place: Place, bucket: string | null): { next: Place | null; wrong: number } {
  const table = TABLES[place.table];
  if (table === undefined) return { next: null, wrong: 0 };
  const rows = database.all<Audited>(sliceOf(table, bucket !== null), [
    place.after,
    SLICE,
    ...(bucket === null ? [] : [bucket]),
  ]);
  const sums = new Sums(database);
  let wrong = 0;
  for (const row of rows) {
    const sum = row.doc === null ? null : checksumOf(row, row.doc);
    if (sum === row.sum) continue;
    wrong += 1;
    sums.subtract(row.bucket, row.sum);
    sums.add(row.bucket, sum);
    database.run(`UPDATE "${tableOf(table)}" SET sum = ? WHERE ${table === "stranger" ? "id" : "n"} = ?`, [sum, row.n]);
  }
  sums.save();
  const last = rows.at(-1);
  if (last !== undefined && rows.length === SLICE) return { next: { ...place, after: last.n }, wrong };
  const next = place.table + 1;
  return { next: next < TABLES.length ? { table: next, after: next === TABLES.length - 1 ? "" : 0 } : null, wrong };
}

function sliceOf(table: Kind | "stranger", isOneBucket: boolean): string {
  const here = isOneBucket ? "AND r.bucket = ?3" : "";
  if (table === "stranger")
    return `SELECT id AS n, id, kind, bucket, home, sum, doc FROM stranger r WHERE id > ?1 ${here} ORDER BY id LIMIT ?2`;
  return `
    SELECT r.n, r.id, '${table}' AS kind, r.bucket, r.home, r.sum,
      CASE WHEN s.id IS NULL THEN d.doc ELSE s.doc END AS doc
    FROM "${table}_row" r JOIN "${table}_doc" d ON d.n = r.n LEFT JOIN shadow s ON s.id = r.id
    WHERE r.n > ?1 AND r.bucket <> '' ${here} ORDER BY r.n LIMIT ?2`;
}

function checksumOf({ id, kind, home }: Audited, json: string): number | null {
  try {
    const doc: Doc = JSON.parse(json);
    return checksumOfKind(kind, id, home, doc);
  } catch {
    return null;
  }
}

function tableOf(table: Kind | "stranger"): string {
  return table === "stranger" ? table : `${table}_row`;
}

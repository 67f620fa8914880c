/**
 * How far each bucket has been read, and reading it again from 0 (SPEC R32, R38, R54, R55).
 *
 * A bucket that begins again gets a new *round*; every row that is met, or confirmed meanwhile, carries it. When the bucket is
 * complete, what still carries another round is not there any more. Each page is one transaction with its cursor, so that a crash
 * anywhere goes on where the last page ended; screens show the old rows until the new ones have taken their place.
 */
import type { Cursor, SyncReply, SyncRequest } from "$sync/messages.ts";
import type { Database } from "./database.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";
import type { Arriving } from "./status.ts";

interface Reading {
  readonly bucket: string;
  readonly epoch: number;
  readonly seq: number;
  readonly round: number;
  /** 1 while the bucket is read again: rows of other rounds go when it is complete. */
  readonly sweep: number;
}

/** Returns the cursor of every bucket. */
export function readCursors(database: Database): { [bucket: string]: Cursor } {
  const rows = database.all<{ bucket: string; epoch: number; seq: number }>("SELECT bucket, epoch, seq FROM cursor");
  return Object.fromEntries(rows.map(({ bucket, epoch, seq }) => [bucket, [epoch, seq] as const]));
}

/**
 * Returns how far each bucket had been read when the oldest edit that waits was written, where `cursors` have gone on since: to a
 * higher number, or into another epoch (SPEC R53).
 */
export function seenBefore(
  database: Database,
  cursors: { readonly [bucket: string]: Cursor },
): { [bucket: string]: Cursor } {
  const hasGoneOn = ([bucket, [epoch, seq]]: [string, Cursor]) => {
    const cursor = cursors[bucket];
    return cursor !== undefined && (cursor[0] !== epoch || cursor[1] > seq);
  };
  return Object.fromEntries(Object.entries(readSeen(database)).filter(hasGoneOn));
}

function readSeen(database: Database): { [bucket: string]: Cursor } {
  return JSON.parse(readMeta(database, "seen") ?? "{}");
}

/** Begins buckets at 0 in the epochs that a store before this one had read them in: they were in its author's hands (SPEC R57). */
export function restoreCursors(database: Database, epochByBucket: { readonly [bucket: string]: number }): void {
  for (const [bucket, epoch] of Object.entries(epochByBucket)) {
    database.run("INSERT INTO cursor (bucket, epoch, seq, complete) VALUES (?, ?, 0, 0)", [bucket, epoch]);
  }
}

/** Returns the round in which a bucket is being read, 0 for a bucket that has no cursor. */
export function roundOf(database: Database, bucket: string): number {
  return database.get<{ round: number }>("SELECT round FROM cursor WHERE bucket = ?", [bucket])?.round ?? 0;
}

/** Tells whether a bucket is read again and has not met a row that carries this round: it may not be there any more. */
export function isUnmet(database: Database, bucket: string, round: number): boolean {
  const reading = database.get<{ round: number; sweep: number }>("SELECT round, sweep FROM cursor WHERE bucket = ?", [
    bucket,
  ]);
  return reading !== undefined && reading.sweep === 1 && reading.round !== round;
}

/** Returns how many buckets are granted, and how many of them have been read up to their heads at least once; null before the first answer. */
export function readArriving(database: Database): Arriving | null {
  const grants = readMeta(database, "grants");
  if (grants === null) return null;
  const found = database.get<Arriving>(
    `SELECT count(*) AS granted,
       coalesce(sum(EXISTS (SELECT 1 FROM cursor WHERE bucket = g.value AND complete = 1)), 0) AS complete
     FROM json_each(?) g`,
    [grants],
  );
  return found ?? null;
}

/** Tells whether everything granted has been read up to its head at least once. */
export function isComplete(database: Database): boolean {
  const arriving = readArriving(database);
  return arriving !== null && arriving.complete === arriving.granted;
}

/** From where a request asked to read on; a reply continues that, and nothing else. */
export type Asked = Pick<SyncRequest, "cursors" | "view"> & {
  /** Up to which edit the server has had some whose verdicts the reply does not bring, so that rows go before them (SPEC R42). */
  readonly unanswered?: number;
};

/** The cursors while one reply is applied, as they stood before it. Make one before anything of the reply is stored. */
export class Readings {
  readonly #readingByBucket: ReadonlyMap<string, Reading>;
  /** Whether the rows are held in the view that the request named; in another one everything has begun again since. */
  readonly isInView: boolean;
  readonly #resets: ReadonlySet<string>;

  constructor(
    private readonly database: Database,
    private readonly reply: SyncReply,
    private readonly asked: Asked,
  ) {
    this.isInView = (asked.view ?? "") === (readMeta(database, "view") ?? "");
    const held = database.all<Reading>("SELECT bucket, epoch, seq, round, sweep FROM cursor");
    this.#readingByBucket = new Map(held.map((reading) => [reading.bucket, reading]));
    const told = reply.control.filter(({ control }) => control === "reset").map(({ bucket }) => bucket);
    this.#resets = new Set(
      held
        .filter(
          ({ bucket, epoch }) => this.#continues(bucket) && (told.includes(bucket) || this.#isOther(bucket, epoch)),
        )
        .map(({ bucket }) => bucket),
    );
  }

  /** Tells whether a backup was restored since: a bucket lives in another epoch, mostly a later one (SPEC R32). */
  get isRestored(): boolean {
    return [...this.#readingByBucket.values()].some(
      ({ bucket, epoch }) => this.#isOther(bucket, epoch) && this.#continues(bucket),
    );
  }

  /** A repeated or overtaken reply: the device has read on in this bucket already, or begun it again (SPEC R54). */
  isStale(bucket: string): boolean {
    const held = this.#readingByBucket.get(bucket);
    const cursor = this.reply.cursors[bucket];
    if (cursor === undefined) return false;
    if (!this.#continues(bucket)) return true;
    if (held === undefined || this.#resets.has(bucket)) return false;
    return cursor[1] < held.seq;
  }

  /** The buckets that are read again from 0 with this reply. */
  get resets(): ReadonlySet<string> {
    return this.#resets;
  }

  /** Gives a round to every bucket that begins with this reply, for the first time or again. */
  begin(): void {
    const begun = Object.keys(this.reply.cursors).filter(
      (bucket) => this.#resets.has(bucket) || (!this.#readingByBucket.has(bucket) && !this.isStale(bucket)),
    );
    if (begun.length === 0) return;
    const round = readNumber(this.database, "round") + 1;
    writeMeta(this.database, "round", round);
    for (const bucket of begun) {
      this.database.run(
        `INSERT INTO cursor (bucket, epoch, seq, complete, round, sweep) VALUES (?1, 0, 0, 0, ?2, 0)
         ON CONFLICT (bucket) DO UPDATE SET round = ?2, sweep = 1, suspect = 0`,
        [bucket, round],
      );
    }
    const again = begun.filter((bucket) => (this.#readingByBucket.get(bucket)?.seq ?? 0) > 0).length;
    if (again > 0) writeMeta(this.database, "resets", readNumber(this.database, "resets") + again);
  }

  /** Hands to `sweep` each bucket that has been read again up to its head, with the round that is to stay. */
  finish(sweep: (bucket: string, round: number) => void): void {
    const complete = JSON.stringify(this.reply.complete.filter((bucket) => !this.isStale(bucket)));
    const swept = this.database.all<Pick<Reading, "bucket" | "round">>(
      "SELECT bucket, round FROM cursor WHERE sweep = 1 AND bucket IN (SELECT value FROM json_each(?))",
      [complete],
    );
    for (const { bucket, round } of swept) {
      sweep(bucket, round);
      this.database.run("UPDATE cursor SET sweep = 0 WHERE bucket = ?", [bucket]);
    }
  }

  /**
   * Moves the cursors to where the reply has brought the device; `complete` stays once it is set. While edits wait, it is kept from where:
   * who wrote them had read no further (SPEC R53).
   */
  save(isWaiting: boolean): void {
    this.#keepSeen(isWaiting);
    const complete = new Set(this.reply.complete);
    for (const [bucket, [epoch, seq]] of Object.entries(this.reply.cursors)) {
      if (this.isStale(bucket)) continue;
      this.database.run("UPDATE cursor SET epoch = ?, seq = ?, complete = max(complete, ?) WHERE bucket = ?", [
        epoch,
        seq,
        complete.has(bucket) ? 1 : 0,
        bucket,
      ]);
    }
  }

  #keepSeen(isWaiting: boolean): void {
    const known = readSeen(this.database);
    const isAnyKnown = Object.keys(known).length > 0;
    if (!isWaiting) {
      if (isAnyKnown) writeMeta(this.database, "seen", "{}");
      return;
    }
    const fresh = Object.entries(this.reply.cursors).filter(([bucket]) => !(bucket in known) && !this.isStale(bucket));
    if (fresh.length === 0) return;
    const seen = Object.fromEntries(
      fresh.map(([bucket, [epoch]]) => {
        const held = this.#readingByBucket.get(bucket);
        return [bucket, held === undefined ? [epoch, 0] : [held.epoch, held.seq]];
      }),
    );
    writeMeta(this.database, "seen", JSON.stringify({ ...known, ...seen }));
  }

  /** Tells whether the bucket stands where the request told. Numbers alone do not say: what is read again begins with low ones. */
  #continues(bucket: string): boolean {
    const held = this.#readingByBucket.get(bucket);
    const from = this.asked.cursors?.[bucket];
    return this.isInView && held?.epoch === from?.[0] && held?.seq === from?.[1];
  }

  /** Tells whether the reply names another epoch for a bucket than this. */
  #isOther(bucket: string, epoch: number): boolean {
    return (this.reply.cursors[bucket]?.[0] ?? epoch) !== epoch;
  }
}

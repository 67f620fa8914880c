/**
 * What has to be kept elsewhere where the database does not last: the edits that wait with what the outbox says of them, those that were
 * taken and no backup covers yet (SPEC R48), the counters that belong to them, the buckets that were held, the last writes by their
 * keys, so that a request repeated after a crash is answered, not done again, and the list of what needs a look, which the server
 * forgets once it is acknowledged. Told in steps, each as large as what is new.
 */
import type { Account } from "./account.ts";
import { addAttention, type Dismissed, recallAttention } from "./attention.ts";
import { readCursors, restoreCursors } from "./cursors.ts";
import type { Database } from "./database.ts";
import { IS_REFUSED } from "./export.ts";
import {
  type KeptMark,
  type KeptRow,
  type KeptSpan,
  type KeptStep,
  keptMark,
  keptSince,
  NOTHING_KEPT,
  restoreKept,
} from "./kept-steps.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";
import { appendUnsent } from "./numbering.ts";
import { type Queued, queued, restoreEdit } from "./outbox.ts";
import { RecordWriter } from "./records.ts";

/** How many of the things that need a look are kept, the newest; what was refused is kept beside them, for it is nowhere else. */
const LOOKS_KEPT = 200;
const IS_KEPT = `(${IS_REFUSED} OR n IN (SELECT n FROM attention ORDER BY n DESC LIMIT ${LOOKS_KEPT}))`;

/** The answer to a write, by its key. */
export interface Answered {
  readonly seq: number;
  readonly key: string;
  /** JSON of a `WriteResult`. */
  readonly answer: string;
}

/** The counters that belong to the edits. */
export interface UnsentCounters {
  /** The number of the device that the edits are numbered for. */
  readonly device: number;
  /** The last stamp that was made, null for none. */
  readonly stamp: string | null;
  /** The highest edit number ever given, and the highest acknowledged. */
  readonly edits: number;
  readonly ack: number;
}

/** What is small enough to be kept whole, each when it changes. */
export interface UnsentLists {
  /** The epochs in which the buckets are held: with them the server can tell what its author had in hands (SPEC R57). */
  readonly buckets: { readonly [bucket: string]: number };
  /** What needs a look. */
  readonly looks: readonly Dismissed[];
}

/** Everything that was kept. */
export interface Unsent extends UnsentCounters, UnsentLists {
  readonly unsent: readonly Queued[];
  readonly answered: readonly Answered[];
  /** What was taken and no backup covers yet. */
  readonly taken: readonly KeptRow[];
}

/** How far has been told. */
export interface UnsentMark {
  /** Which numbering of the edits it was. */
  readonly numbering: number;
  readonly edit: number;
  readonly answered: number;
  /** As JSON: the counters with the lowest number that waits, and what tells a list from the one before. */
  readonly counters: string;
  readonly lists: { readonly [name in keyof UnsentLists]: string };
  readonly taken: KeptMark;
}

/** Nothing has been told yet. */
export const NOTHING_TOLD: UnsentMark = {
  numbering: -1,
  edit: 0,
  answered: 0,
  counters: "",
  lists: { buckets: "", looks: "" },
  taken: NOTHING_KEPT,
};

/** One step. */
export interface UnsentChange {
  readonly counters: UnsentCounters;
  /** True where the edits were numbered anew: what was kept before goes. */
  readonly isAnew: boolean;
  /** Edits below this number wait no more. */
  readonly first: number;
  readonly added: readonly Queued[];
  readonly answered: readonly Answered[];
  /** Those that have changed. */
  readonly lists: Partial<UnsentLists>;
  /** Null where nothing is new of it. */
  readonly taken: KeptStep | null;
  /** To be given the next time, once this is kept. */
  readonly mark: UnsentMark;
}

/** Returns what is new since `mark`, null if nothing is. */
export function unsentSince(database: Database, device: number, mark: UnsentMark): UnsentChange | null {
  const numbering = readNumber(database, "numbering");
  const isAnew = numbering !== mark.numbering;
  const edits = readNumber(database, "edits");
  const added = queued(database, isAnew ? 0 : mark.edit);
  const answered = database.all<Answered>("SELECT seq, key, answer FROM request WHERE seq > ? ORDER BY seq", [
    mark.answered,
  ]);
  const first = database.get<{ n: number | null }>("SELECT min(n) AS n FROM outbox")?.n ?? edits + 1;
  const counters = { device, stamp: readMeta(database, "stamp"), edits, ack: readNumber(database, "ack") };
  const buckets = epochsOf(database);
  const looks = looksMark(database);
  const next: UnsentMark = {
    numbering,
    edit: added.at(-1)?.edit.n ?? (isAnew ? 0 : mark.edit),
    answered: answered.at(-1)?.seq ?? mark.answered,
    counters: JSON.stringify([first, counters]),
    lists: { buckets: JSON.stringify(buckets), looks },
    taken: keptMark(database),
  };
  if (JSON.stringify(next) === JSON.stringify(mark)) return null;
  return {
    counters,
    isAnew,
    first,
    added,
    answered,
    lists: {
      ...(next.lists.buckets !== mark.lists.buckets && { buckets }),
      ...(next.lists.looks !== mark.lists.looks && { looks: keptLooks(database) }),
    },
    taken: keptSince(database, mark.taken, next.taken),
    mark: next,
  };
}

/** Takes over what was kept, into an empty store, and returns the kinds whose records show. Call it in a transaction. */
export function restoreUnsent(database: Database, kept: Unsent, person: string): ReturnType<RecordWriter["finish"]> {
  writeMeta(database, "edits", kept.edits);
  writeMeta(database, "ack", kept.ack);
  if (kept.stamp !== null) writeMeta(database, "stamp", kept.stamp);
  restoreCursors(database, kept.buckets);
  const writer = new RecordWriter(database);
  restoreKept(database, kept.taken);
  for (const one of kept.unsent) restoreEdit(database, writer, one);
  for (const { seq, key, answer } of kept.answered) {
    database.run("INSERT OR REPLACE INTO request (seq, key, answer) VALUES (?, ?, ?)", [seq, key, answer]);
  }
  recallAttention(database, kept.looks.toReversed(), person);
  return writer.finish();
}

/**
 * Takes over what was kept while this browser kept no files, into a store that lasts and may hold more, also what waits; again is harmless.
 * Call it in a transaction.
 */
export function takeOver(database: Database, kept: Unsent, { device, person }: Account): void {
  const stamp = readMeta(database, "stamp") ?? "";
  if (kept.stamp !== null && kept.stamp > stamp) writeMeta(database, "stamp", kept.stamp);
  const known = readCursors(database);
  const isNew = ([bucket]: readonly [string, number]) => known[bucket] === undefined;
  restoreCursors(database, Object.fromEntries(Object.entries(kept.buckets).filter(isNew)));
  restoreKept(database, kept.taken);
  appendUnsent(database, device, kept.unsent, kept.device === device ? kept.ack : 0);
  for (const { key, answer } of kept.answered) {
    database.run("INSERT OR IGNORE INTO request (key, answer) VALUES (?, ?)", [key, answer]);
  }
  addAttention(database, kept.looks.toReversed(), person);
}

/** Returns the one step that keeps all of this in place of whatever was kept before. */
export function everything({
  device,
  stamp,
  edits,
  ack,
  buckets,
  looks,
  unsent,
  answered,
  taken,
}: Unsent): UnsentChange {
  const spans = new Map<number, KeptSpan>();
  for (const { device: of, edit } of taken) spans.set(of, [of, spans.get(of)?.[1] ?? edit.n, edit.n]);
  return {
    counters: { device, stamp, edits, ack },
    isAnew: true,
    first: 0,
    added: unsent,
    answered,
    lists: { buckets, looks },
    taken: { spans: [...spans.values()], added: taken },
    mark: NOTHING_TOLD,
  };
}

/** Returns how far somebody has been told who has just given back what he kept: of the taken edits, which may be many, all. */
export function restoredMark(database: Database): UnsentMark {
  return { ...NOTHING_TOLD, taken: keptMark(database) };
}

function keptLooks(database: Database): Dismissed[] {
  return database.all<Dismissed>(`SELECT * FROM attention WHERE ${IS_KEPT} ORDER BY n DESC`);
}

/** The list may be long and is asked for after every change: entries come and go, lose what others wrote, or gain what went down with them. */
function looksMark(database: Database): string {
  const bytes = ["edit", "base", "losers", "more"].map((column) => `sum(octet_length(${column})) AS ${column}`);
  return JSON.stringify(
    database.get(`SELECT count(*) AS count, sum(n) AS sum, ${bytes.join(", ")} FROM attention WHERE ${IS_KEPT}`),
  );
}

function epochsOf(database: Database): { readonly [bucket: string]: number } {
  return Object.fromEntries(Object.entries(readCursors(database)).map(([bucket, [epoch]]) => [bucket, epoch]));
}

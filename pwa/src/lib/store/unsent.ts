/**
 * What has to be kept elsewhere where the database does not last: the edits that wait, the counters that belong to them, and the last
 * writes by their keys, so that a request repeated after a crash is answered, not done again. Told in steps, each as large as what is
 * new.
 */
import type { Edit } from "$sync/messages.ts";
import type { Database } from "./database.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";
import { restoreEdit } from "./outbox.ts";
import { RecordWriter } from "./records.ts";

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

/** Everything that was kept. */
export interface Unsent extends UnsentCounters {
  readonly unsent: readonly Edit[];
  readonly answered: readonly Answered[];
}

/** How far has been told. */
export interface UnsentMark {
  /** Which numbering of the edits it was. */
  readonly numbering: number;
  readonly edit: number;
  readonly answered: number;
}

/** Nothing has been told yet. */
export const NOTHING_TOLD: UnsentMark = { numbering: -1, edit: 0, answered: 0 };

/** One step. */
export interface UnsentChange {
  readonly counters: UnsentCounters;
  /** True where the edits were numbered anew: what was kept before goes. */
  readonly isAnew: boolean;
  /** Edits below this number wait no more. */
  readonly first: number;
  readonly added: readonly Edit[];
  readonly answered: readonly Answered[];
  /** To be given the next time, once this is kept. */
  readonly mark: UnsentMark;
}

/** Returns what is new since `mark`. */
export function unsentSince(database: Database, device: number, mark: UnsentMark): UnsentChange {
  const numbering = readNumber(database, "numbering");
  const isAnew = numbering !== mark.numbering;
  const edits = readNumber(database, "edits");
  const added = database
    .all<{ edit: string }>("SELECT edit FROM outbox WHERE n > ? ORDER BY n", [isAnew ? 0 : mark.edit])
    .map(({ edit }): Edit => JSON.parse(edit));
  const answered = database.all<Answered>("SELECT seq, key, answer FROM request WHERE seq > ? ORDER BY seq", [
    mark.answered,
  ]);
  return {
    counters: { device, stamp: readMeta(database, "stamp"), edits, ack: readNumber(database, "ack") },
    isAnew,
    first: database.get<{ n: number | null }>("SELECT min(n) AS n FROM outbox")?.n ?? edits + 1,
    added,
    answered,
    mark: {
      numbering,
      edit: added.at(-1)?.n ?? (isAnew ? 0 : mark.edit),
      answered: answered.at(-1)?.seq ?? mark.answered,
    },
  };
}

/** Takes over what was kept, into an empty store, and returns the kinds whose records show. Call it in a transaction. */
export function restoreUnsent(database: Database, kept: Unsent, now: number): ReturnType<RecordWriter["finish"]> {
  writeMeta(database, "edits", kept.edits);
  writeMeta(database, "ack", kept.ack);
  if (kept.stamp !== null) writeMeta(database, "stamp", kept.stamp);
  const writer = new RecordWriter(database);
  for (const edit of kept.unsent) restoreEdit(database, writer, edit, now);
  for (const { seq, key, answer } of kept.answered) {
    database.run("INSERT OR REPLACE INTO request (seq, key, answer) VALUES (?, ?, ?)", [seq, key, answer]);
  }
  return writer.finish();
}

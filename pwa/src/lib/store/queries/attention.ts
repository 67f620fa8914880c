import { deviceFromStamp, msFromStamp } from "$sync/clock.ts";
import { msFromId } from "$sync/identifier.ts";
import { type Doc, unpackStamps } from "$sync/record.ts";
import type { HeldEditStatus, Kind, VerdictKind } from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { isKind } from "../tables.ts";
import { labelOf } from "../visible.ts";
import { personName } from "./person.ts";
import { type Removed, removedOf } from "./removed.ts";

/** A value that gave way in a conflict. */
export interface LostValue {
  readonly field: string;
  readonly value: unknown;
  /** When it was written: milliseconds since 1970 UTC. */
  readonly at: number;
  /** Who wrote it, "" if unknown. */
  readonly person: string;
  /** His name, "" if it is not on the device. */
  readonly personName: string;
  /** Who wrote what stands where this device's own value gave way, "" otherwise or if unknown; his name. */
  readonly winner: string;
  readonly winnerName: string;
}

/** One more edit of a group that was refused as a whole, or one that could only follow a refused creation. */
export interface MoreWritten {
  readonly kind: string;
  readonly id: string;
  readonly root: string;
  readonly v: Readonly<Record<string, unknown>>;
  /** The field to blame, "" if it is not this edit's. */
  readonly field: string;
  /** Whether the server keeps it until the rest comes, and applies it then. */
  readonly held: boolean;
  /** The ids of the receipts that wait for that. */
  readonly receipts: readonly string[];
}

/** What became of an edit that the server keeps, as its receipt tells. */
export interface Outcome {
  /** The receipts that tell it: more than one where the device's clock was ahead and it had sent several edits of a record at once. */
  readonly receipts: readonly string[];
  readonly status: HeldEditStatus;
  /** Who decided, "" while nobody has; his name, "" if it is not on the device. */
  readonly person: string;
  readonly personName: string;
  /** When: milliseconds since 1970 UTC, null while nobody has. */
  readonly at: number | null;
}

/** One thing that wants a human ("needs a look"). */
export interface AttentionItem {
  /** Its own number, for `store.dismiss`. */
  readonly n: number;
  /** `merged`: the record, or its customer, was removed meanwhile, or changed before it was removed here. */
  readonly verdict: Extract<VerdictKind, "conflict" | "held" | "rejected" | "merged">;
  /** Why, "" where the verdict says it all. */
  readonly code: string;
  /** The field it is about, "" for the whole record. */
  readonly field: string;
  readonly kind: Kind;
  readonly id: string;
  readonly root: string;
  /** What the customer was called when the verdict came, "" for other roots. */
  readonly about: string;
  /** The record's title, "" if it has none. */
  readonly label: string;
  /** What this device had written, by field; sets, counters and logs as the states that were sent. */
  readonly written: Readonly<Record<string, unknown>>;
  /** When: milliseconds since 1970 UTC, null where an older version of the app did not note it. */
  readonly writtenAt: number | null;
  /** What stood there when it was written, by field; null for nothing, absent where that may not be told here any more. */
  readonly base: Readonly<Record<string, unknown>>;
  /** What stands now, by field, for the same fields. */
  readonly standing: Readonly<Record<string, unknown>>;
  /** When that was written, by field, where it is known: milliseconds since 1970 UTC. */
  readonly standingAt: Readonly<Record<string, number>>;
  /**
   * Of a conflict, whose that is, by field: what its verdict speaks of (`told`), or what was written afterwards, on this device (`here`)
   * or on another one.
   */
  readonly standingFrom: Readonly<Record<string, "told" | "here" | "elsewhere">>;
  readonly losers: readonly LostValue[];
  /**
   * The other edits of the group, where it was refused as a whole or met removed records, and what could only follow a creation (SPEC R44); the decision
   * that applied it, where another had written it (R49).
   */
  readonly more: readonly MoreWritten[];
  /** What has become of an edit that is held; null for other verdicts and where its receipt has not come yet. */
  readonly outcome: Outcome | null;
  /** Of `merged`: what of it is still removed. */
  readonly removed: readonly Removed[];
  /** When the verdict came: milliseconds since 1970 UTC. */
  readonly at: number;
}

/** As it is stored; an older version of the app did not note what the server keeps. */
type Part = Omit<MoreWritten, "held" | "receipts"> & { readonly held?: boolean };

/** As far as an outcome needs it. */
interface Receipt {
  readonly written_at: number;
  readonly status: HeldEditStatus;
  readonly decided_by?: string;
  readonly decided_at?: number;
}

interface Row {
  n: number;
  verdict: AttentionItem["verdict"];
  code: string;
  field: string;
  kind: Kind;
  id: string;
  root: string;
  edit: string;
  stamp: string;
  base: string;
  losers: string;
  more: string;
  about: string;
  at: number;
}

/** Everything that needs a look, newest first. */
export const attentionList = defineQuery<{ limit: number }, AttentionItem[]>({
  reads: ["attention", "held_edit", "person", "customer"],
  run(database, { limit }, { account }) {
    const rows = database.all<Row>(
      `SELECT n, verdict, code, field, kind, id, root, edit, stamp, base, losers, more, about, at
       FROM attention ORDER BY at DESC, n DESC LIMIT ?`,
      [limit],
    );
    return rows.map(({ edit, base, losers, more, stamp, ...row }) => {
      const written: Record<string, unknown> = JSON.parse(edit);
      const doc = docOf(database, row.kind, row.id);
      const stamps = unpackStamps(doc);
      const fields = Object.keys(written);
      const group = (JSON.parse(more) as Part[]).map((part): MoreWritten => {
        const receipts = part.held === true ? receiptsOf(database, account.person, part.id) : [];
        const waiting = receipts.filter(({ status }) => status === "waiting").map(({ id }) => id);
        const isLetGo = waiting.length === 0 && receipts.some(({ status }) => status === "discarded");
        return { ...part, held: part.held === true && !isLetGo, receipts: waiting };
      });
      // An older version of the app did not note who wrote what stands, nor by which stamp.
      const lost: (LostValue & { readonly stands?: string })[] = JSON.parse(losers);
      const standingFrom = lost.flatMap(({ field, stands }) => {
        const now = stamps.get(field);
        if (now === undefined) return [];
        const isTold = stands === undefined ? msFromStamp(now) <= row.at : now === stands;
        return [[field, isTold ? "told" : deviceFromStamp(now) === account.device ? "here" : "elsewhere"] as const];
      });
      const writtenAt = stamp === "" ? null : msFromStamp(stamp);
      return {
        ...row,
        label: labelOf(row.kind, doc.v),
        written,
        writtenAt,
        base: JSON.parse(base),
        standing: Object.fromEntries(fields.map((field) => [field, doc.v[field] ?? null])),
        standingAt: Object.fromEntries(
          fields.flatMap((field) => {
            const at = stamps.get(field);
            return at === undefined ? [] : [[field, msFromStamp(at)] as const];
          }),
        ),
        standingFrom: Object.fromEntries(standingFrom),
        losers: lost.map(({ winner = "", stands: _, ...one }) => ({
          ...one,
          winner,
          personName: personName(database, one.person),
          winnerName: personName(database, winner),
        })),
        more: group,
        removed: row.verdict === "merged" ? removedOf(database, [row, ...group]) : [],
        outcome:
          row.verdict === "held" && writtenAt !== null
            ? outcomeOf(database, account.person, [row.id, ...group.map(({ id }) => id)], writtenAt, row.at)
            : null,
      };
    });
  },
});

function docOf(database: Database, kind: Kind, id: string): Doc {
  const found = isKind(kind)
    ? database.get<{ doc: string }>(`SELECT doc FROM "${kind}" WHERE id = ?`, [id])
    : undefined;
  return found === undefined ? { v: {}, s: {} } : JSON.parse(found.doc);
}

/** The author's receipts of edits of this record that the server keeps, or kept, until its root comes. */
function receiptsOf(database: Database, person: string, target: string): { id: string; status: HeldEditStatus }[] {
  return database.all(
    `SELECT id, status FROM held_edit WHERE root = ? AND target = ? AND deleted IS NOT 1
       AND doc ->> '$.v.code' = 'missing_root' ORDER BY id`,
    [person, target],
  );
}

/**
 * What the author's receipts of one of these records, written then, say; null where there is none, or they say different things. `at`:
 * when the verdict came.
 */
function outcomeOf(
  database: Database,
  person: string,
  targets: readonly string[],
  writtenAt: number,
  at: number,
): Outcome | null {
  const found = database
    .all<{ id: string; doc: string }>(
      `SELECT id, doc FROM held_edit WHERE root = ?1 AND written_at <= ?2 AND target IN (SELECT value FROM json_each(?3))
       AND deleted IS NOT 1 ORDER BY written_at, id`,
      [person, writtenAt, JSON.stringify(targets)],
    )
    .map(({ id, doc }): { id: string; v: Receipt } => ({ id, v: JSON.parse(doc).v }));
  // By a clock that was ahead it was written after the server got it: then the receipt names that time, which is the time of its id.
  const ahead = found.filter(({ id, v }) => v.written_at === msFromId(id) && v.written_at <= at);
  const time = found.some(({ v }) => v.written_at === writtenAt) ? writtenAt : ahead.at(-1)?.v.written_at;
  const receipts = found.filter(({ v }) => v.written_at === time);
  const told = receipts.find(({ v }) => v.status === "waiting") ?? receipts.at(-1);
  if (told === undefined) return null;
  const { status, decided_by = "", decided_at = null } = told.v;
  if (status !== "waiting" && receipts.some(({ v }) => v.status !== status)) return null;
  const ids = receipts.filter(({ v }) => v.status === status).map(({ id }) => id);
  return { receipts: ids, status, person: decided_by, personName: personName(database, decided_by), at: decided_at };
}

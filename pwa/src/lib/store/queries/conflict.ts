import { deviceFromStamp, msFromStamp } from "$sync/clock.ts";
import type { Json } from "$sync/joins.ts";
import type { Edit } from "$sync/messages.ts";
import { type Doc, unpackStamps } from "$sync/record.ts";
import type { Kind } from "$sync/schema.gen.ts";
import type { Account } from "../account.ts";
import { type OpenConflict, openConflicts } from "../conflicts.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { KINDS } from "../tables.ts";
import { labelOf } from "../visible.ts";
import { personName } from "./person.ts";

/** A field that both had changed. */
export interface MetField {
  readonly field: string;
  /** What stands now, null for nothing. */
  readonly value: unknown;
  /** When that was written: milliseconds since 1970 UTC, null where the field is not on this device. */
  readonly at: number | null;
  /** Whose that is: what the conflict speaks of (`told`), or what was written afterwards, on this device (`here`) or on another one. */
  readonly from: "told" | "here" | "elsewhere";
  /** What this person had written on this device, and when; null where it is not known here any more. */
  readonly mine: { readonly value: unknown; readonly at: number } | null;
}

/** What tells this person that somebody changed the same fields of a record at the same time. */
export interface ConflictItem {
  readonly id: string;
  readonly root: string;
  /** Who; his name, "" if it is not on the device. */
  readonly other: string;
  readonly otherName: string;
  /** The record: its kind, its id, its root, its title ("" if it has none) and its values. */
  readonly kind: Kind;
  readonly target: string;
  readonly targetRoot: string;
  readonly label: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** The fields in which this person's value gave way, and those in which it stood. */
  readonly lost: readonly MetField[];
  readonly kept: readonly MetField[];
  /** When: milliseconds since 1970 UTC. */
  readonly happenedAt: number;
}

/** What this person is told of by a conflict of his own, newest first; not what is removed, or not on this device any more. */
export const conflictList = defineQuery<{ limit: number }, ConflictItem[]>({
  reads: [...KINDS, "outbox"],
  run(database, { limit }, { account }) {
    const open = openConflicts(database).slice(0, limit);
    const own = ownEdits(
      database,
      open.filter(({ v }) => namesOf(v.lost).length > 0).map(({ target }) => target),
    );
    return open.map((conflict) => itemOf(database, conflict, own, account));
  },
});

function itemOf(database: Database, conflict: OpenConflict, own: readonly Edit[], account: Account): ConflictItem {
  const { v, kind, target, ...rest } = conflict;
  const { other = "", happened_at: happenedAt = 0 } = v;
  const stands = v.stands ?? {};
  const found = database.get<{ doc: string }>(`SELECT doc FROM "${kind}" WHERE id = ?`, [target]);
  const doc: Doc = JSON.parse(found?.doc ?? '{"v":{},"s":{}}');
  const stamps = unpackStamps(doc);
  const met = (field: string): MetField => {
    const stamp = stamps.get(field);
    const from = fromOf(stamp, stands[field], account.device);
    // What had met there was written before, and is not what stands.
    const lost = own.find(
      ({ id, at, v: written }) =>
        id === target &&
        Object.hasOwn(written, field) &&
        msFromStamp(at) <= happenedAt &&
        at !== stamp &&
        (from !== "told" || stamp === undefined || at < stamp),
    );
    const mine = lost === undefined ? null : { value: lost.v[field] ?? null, at: msFromStamp(lost.at) };
    return { field, value: doc.v[field] ?? null, at: stamp === undefined ? null : msFromStamp(stamp), from, mine };
  };
  return {
    ...rest,
    ...{ kind, target, other, happenedAt },
    otherName: personName(database, other),
    label: labelOf(kind, doc.v),
    values: doc.v,
    lost: namesOf(v.lost).map(met),
    kept: namesOf(v.kept).map(met),
  };
}

/** `told`: by which stamp the field stood after the conflict. */
function fromOf(stamp: string | undefined, told: unknown, device: number): MetField["from"] {
  if (stamp === undefined || stamp === told) return "told";
  return deviceFromStamp(stamp) === device ? "here" : "elsewhere";
}

const namesOf = (names: readonly Json[] | null | undefined): string[] => (names ?? []).map(String);

/** How many of this device's own edits are looked through. */
const EDITS = 1000;

/** What this device wrote of these records and still knows, latest first: what no backup covers yet, and what waits again. */
function ownEdits(database: Database, targets: readonly string[]): readonly Edit[] {
  if (targets.length === 0) return [];
  return database
    .all<{ edit: string }>(
      `SELECT edit, edit ->> '$.at' AS stamp FROM kept
       WHERE verdict <> 'rejected' AND edit ->> '$.id' IN (SELECT value FROM json_each(?1))
       UNION ALL SELECT edit, edit ->> '$.at' FROM outbox WHERE id IN (SELECT value FROM json_each(?1))
       ORDER BY stamp DESC LIMIT ?2`,
      [JSON.stringify(targets), EDITS],
    )
    .map(({ edit }) => JSON.parse(edit));
}

/** The conflicts that this person is told of by a record of their own, since their verdict went to somebody else (SPEC R43). */
import type { Conflict, Kind } from "$sync/schema.gen.ts";
import type { Database } from "./database.ts";
import { removedOf } from "./queries/removed.ts";
import { isKind } from "./tables.ts";

/** One that is not taken off the list, and whose record may be looked at. */
export interface OpenConflict {
  readonly id: string;
  readonly root: string;
  /** The record that both changed: its kind, its id and its root. */
  readonly kind: Kind;
  readonly target: string;
  readonly targetRoot: string;
  /** What was written of it. */
  readonly v: Conflict;
}

interface Row {
  readonly id: string;
  readonly root: string;
  readonly doc: string;
  readonly happened_at: number;
}

/** So many are told of. */
const MOST = 100;
/** So many are read at a time: those of what is not on this device any more stay until the server forgets them. */
const STEP = 200;

/** Those whose record is on this device and not removed, newest first. */
export function openConflicts(database: Database): OpenConflict[] {
  const found: OpenConflict[] = [];
  let rows = rowsBefore(database, undefined);
  while (rows.length > 0) {
    for (const row of rows) {
      const open = openedOf(database, row);
      if (open !== null) found.push(open);
      if (found.length === MOST) return found;
    }
    rows = rows.length < STEP ? [] : rowsBefore(database, rows.at(-1));
  }
  return found;
}

function rowsBefore(database: Database, last: Row | undefined): Row[] {
  return database.all<Row>(
    `SELECT id, root, doc, happened_at FROM conflict
     WHERE deleted IS NOT 1 AND (?1 IS NULL OR (happened_at, id) < (?1, ?2)) ORDER BY happened_at DESC, id DESC LIMIT ${STEP}`,
    [last?.happened_at ?? null, last?.id ?? null],
  );
}

function openedOf(database: Database, { id, root, doc }: Row): OpenConflict | null {
  const { v }: { v: Conflict } = JSON.parse(doc);
  const { target_kind: kind = "", target = "" } = v;
  // Of hidden fields a rep is told nothing, nor that they met.
  const fields = [...(v.lost ?? []), ...(v.kept ?? [])];
  if (!isKind(kind) || fields.length === 0) return null;
  const found = database.get<{ root: string }>(`SELECT root FROM "${kind}" WHERE id = ?`, [target]);
  if (found === undefined || removedOf(database, [{ kind, id: target, root: found.root }]).length > 0) return null;
  return { id, root, kind, target, targetRoot: found.root, v };
}

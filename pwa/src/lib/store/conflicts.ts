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

/** How many are looked at. */
const MOST = 100;

/** Those whose record is on this device and not removed, newest first. */
export function openConflicts(database: Database): OpenConflict[] {
  const rows = database.all<{ id: string; root: string; doc: string }>(
    "SELECT id, root, doc FROM conflict WHERE deleted IS NOT 1 ORDER BY happened_at DESC, id DESC LIMIT ?",
    [MOST],
  );
  return rows.flatMap(({ id, root, doc }): OpenConflict[] => {
    const { v }: { v: Conflict } = JSON.parse(doc);
    const { target_kind: kind = "", target = "" } = v;
    if (!isKind(kind)) return [];
    const found = database.get<{ root: string }>(`SELECT root FROM "${kind}" WHERE id = ?`, [target]);
    if (found === undefined || removedOf(database, [{ kind, id: target, root: found.root }]).length > 0) return [];
    return [{ id, root, kind, target, targetRoot: found.root, v }];
  });
}

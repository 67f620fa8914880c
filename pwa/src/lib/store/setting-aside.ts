/**
 * Edits that do not get through, though the server was asked to keep them without looking (SPEC R46): they step behind what does not
 * follow them.
 */
import type { Database } from "./database.ts";
import { noteExchanged } from "./exchanged.ts";
import { readNumber } from "./meta.ts";
import { replaceOutbox } from "./numbering.ts";
import { type Queued, queued } from "./outbox.ts";

/** One edit, or all of a group. */
type Unit = readonly Queued[];

/**
 * Puts the held edit or group at the front, and what follows held ones, behind everything else; tells whether anything else is there to be
 * sent. Where nothing is, `rotates` lets the next held one have its turn. Call it in a transaction.
 */
export function setAside(database: Database, rotates: boolean): boolean {
  const front = database.get<{ hold: number }>("SELECT hold FROM outbox ORDER BY n LIMIT 1");
  if (front === undefined || front.hold === 0) return front !== undefined;
  const made = new Set(
    database.all<{ id: string }>("SELECT id FROM shadow WHERE doc IS NULL").map(({ id }): string => id),
  );
  const waiting = queued(database);
  const units = unitsOf(waiting);
  const stuck = following(units, made, isHeld);
  const free = units.filter((unit) => !stuck.has(unit));
  if (free.length === 0 && !rotates) return false;
  const last = following(units, made, (unit) => unit === units[0]);
  const others = [...stuck].filter((unit) => !last.has(unit));
  const ordered = [...free, ...others, ...last];
  if (ordered[0] !== units[0]) {
    noteExchanged(database, waiting);
    replaceOutbox(database, readNumber(database, "ack") + 1, ordered.flat(), { isSameMemory: true });
  }
  return free.length > 0;
}

const isHeld = (unit: Unit): boolean => unit[0]?.hold === 1;

function unitsOf(edits: readonly Queued[]): Unit[] {
  const units: Queued[][] = [];
  for (const one of edits) {
    const { group } = one.edit;
    const last = units.at(-1);
    if (group !== undefined && last?.[0]?.edit.group === group) last.push(one);
    else units.push([one]);
  }
  return units;
}

/** Returns, in order, the units that `begins` names with all that follows them: of their records, or below one that they create. */
function following(units: readonly Unit[], made: ReadonlySet<string>, begins: (unit: Unit) => boolean): Set<Unit> {
  const records = new Set<string>();
  const found = new Set<Unit>();
  for (const unit of units) {
    const follows = unit.some(({ edit: { id, root } }) => records.has(id) || (records.has(root) && made.has(root)));
    if (!follows && !begins(unit)) continue;
    found.add(unit);
    for (const { edit } of unit) records.add(edit.id);
  }
  return found;
}

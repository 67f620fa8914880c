import { msFromStamp } from "$sync/clock.ts";
import { type Doc, unpackStamps } from "$sync/record.ts";
import { defineQuery } from "../query.ts";
import { docOf } from "./record.ts";

/** A visit that the check-in of another one has closed. */
export interface ClosedVisit {
  readonly id: string;
  readonly root: string;
  readonly checked_in_at: number;
  readonly checked_out_at: number | null;
  readonly check_out_estimated: boolean | null;
  readonly customerName: string | null;
  /** Whether that check-in made its end too, and not only let it stand. */
  readonly isEndNew: boolean;
}

/** A check-in leaves nothing open for longer. */
const LONGEST_MS = 86_400_000;

/** What the check-in of a visit has closed, by the moment of both: they are written at once. Newest first. */
export const visitClosedBy = defineQuery<{ id: string }, ClosedVisit[]>({
  reads: ["visit", "customer"],
  run(database, { id }) {
    const doc = docOf(database, "visit", id);
    const at = doc === null ? null : momentOf(doc, "checked_in_at");
    if (doc === null || at === null) return [];
    const began = Number(doc.v.checked_in_at);
    const rows = database.all<Omit<ClosedVisit, "isEndNew" | "check_out_estimated"> & { doc: string }>(
      `SELECT v.id, v.root, v.checked_in_at, v.checked_out_at, c.name AS customerName, v.doc
       FROM visit v LEFT JOIN customer c ON c.id = v.customer
       WHERE v.checked_in_at > ?1 AND v.checked_in_at <= ?2 AND v.person = ?3 AND v.id <> ?4 AND +v.status = 'done' AND v.deleted IS NOT 1
       ORDER BY v.checked_in_at DESC LIMIT 20`,
      [began - LONGEST_MS, began, typeof doc.v.person === "string" ? doc.v.person : "", id],
    );
    return rows.flatMap(({ doc, ...row }) => {
      const closed: Doc = JSON.parse(doc);
      if (momentOf(closed, "status") !== at) return [];
      const isEndNew = momentOf(closed, "checked_out_at") === at;
      return { ...row, check_out_estimated: closed.v.check_out_estimated === true || null, isEndNew };
    });
  },
});

/** When a field was written, by the clock of its author. */
function momentOf(doc: Doc, field: string): number | null {
  const stamp = unpackStamps(doc).get(field);
  return stamp === undefined ? null : msFromStamp(stamp);
}

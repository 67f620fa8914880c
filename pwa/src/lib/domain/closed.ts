/** A visit that a check-in elsewhere has closed, and what becomes of it where that check-in is taken back, and made after all. */
import type { Change, ChangeOf, ValuesOf } from "#lib/store/change";
import type { ClosedVisit } from "#lib/store/queries/visit-closed";
import { isForgotten } from "./visit";

const change = ({ id, root }: ClosedVisit, v: ValuesOf<"visit">): ChangeOf<"visit"> => ({ kind: "visit", id, root, v });

/** Those of them that go on where the check-in is taken back: not what would be closed again as forgotten. */
export const thatGoOn = (closed: readonly ClosedVisit[], now: number, timeZone: string): ClosedVisit[] =>
  closed.filter((visit) => !isForgotten({ ...visit, ...openEnd(visit), status: "open" }, now, timeZone));

/** It goes on; an end that stood before stands again. */
export const openAgain = (visit: ClosedVisit): Change => change(visit, { status: "open", ...openEnd(visit) });

/** It is over again, as it was. */
export function closeAgain(visit: ClosedVisit): Change {
  const { checked_out_at, check_out_estimated, isEndNew } = visit;
  return change(visit, { status: "done", ...(isEndNew && { checked_out_at, check_out_estimated }) });
}

const openEnd = ({ isEndNew }: ClosedVisit) => (isEndNew ? { checked_out_at: null, check_out_estimated: null } : {});

/** What was removed comes back: no visit of the person's comes back open beside another one. */
import { closeElsewhere } from "#lib/domain/visit";
import type { Change } from "#lib/store/change";
import type { Store } from "#lib/store/client";
import type { OpenVisitRow } from "#lib/store/queries/visit";
import { sayClosed } from "./check-in";
import { save } from "./save";

/** What coming back closes, how that is written, and how it is taken back. */
export interface Closing {
  readonly closed: readonly OpenVisitRow[];
  readonly changes: readonly Change[];
  readonly undo: readonly Change[];
}

/**
 * What is to be closed where `changes` bring customers and visits back: what goes on now goes on, else the newest that comes back. An end
 * that is made for a visit is no later than the check-in that would have closed it.
 */
export async function closingOf(store: Store, changes: readonly Change[]): Promise<Closing> {
  const back = changes.filter(({ v }) => "deleted" in v && v.deleted !== true);
  const idsOf = (wanted: string) => back.flatMap(({ kind, id }) => (kind === wanted ? [id] : []));
  const [customers, visits] = [idsOf("customer"), idsOf("visit")];
  if (customers.length + visits.length === 0) return { closed: [], changes: [], undo: [] };
  const { person } = store.account;
  const coming = await store.query("visit.coming_back", { person, customers, visits });
  const [goingOn] = [...(await store.query("visit.open_all", { person })), ...coming];
  const closed = coming.filter(({ id }) => id !== goingOn?.id);
  const endOf = ({ checked_in_at }: OpenVisitRow) => {
    const next = goingOn?.checked_in_at ?? 0;
    return next > (checked_in_at ?? 0) ? next : store.now();
  };
  return {
    closed,
    changes: closed.flatMap((visit) => (goingOn === undefined ? [] : closeElsewhere(goingOn, [visit], endOf(visit)))),
    undo: closed.map(({ id, root, checked_out_at, check_out_estimated }) => ({
      ...{ kind: "visit", id, root },
      v: { status: "open", checked_out_at, check_out_estimated: check_out_estimated || null },
    })),
  };
}

/** Says of each visit that it was closed for the person. */
export function sayClosing({ closed }: Closing): void {
  for (const visit of closed) sayClosed(visit, visit.customerName);
}

/** Saves `changes`, which bring something back, and closes what would be open twice. Answers whether it is saved. */
export async function bringBack(store: Store, changes: readonly Change[]): Promise<boolean> {
  const closing = await closingOf(store, changes);
  if (!(await save(store, [...changes, ...closing.changes]))) return false;
  sayClosing(closing);
  return true;
}

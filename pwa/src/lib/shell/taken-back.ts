/** A check-in that is taken back, and a visit that goes on: what was closed for the person goes on with it, and nothing stays open twice. */
import { closeAgain, openAgain, thatGoOn } from "#lib/domain/closed";
import { closeElsewhere, isWritten, redoCheckIn, reopen, undoCheckIn, type VisitKey } from "#lib/domain/visit";
import { fmt, m } from "#lib/i18n";
import type { Store } from "#lib/store/client";
import type { OpenVisitRow } from "#lib/store/queries/visit";
import type { Visible } from "#lib/store/visible";
import { toasts } from "#lib/ui/toasts.svelte";
import type { VisitOutcome } from "$sync/schema.gen";
import { sayClosed } from "./check-in";
import { save } from "./save";

/** Takes the check-in of a visit back, with an Undo; what it had closed goes on. Answers whether it is saved. */
export async function takeBackCheckIn(store: Store, visit: Visible<"visit">, timeZone: string): Promise<boolean> {
  const { id, root } = visit;
  const now = store.now();
  const isMissed = isWritten(visit) || (await store.query("visit.attached", { id, root }));
  const goingOn = thatGoOn(await store.query("visit.closed_by", { id }), now, timeZone).slice(0, 1);
  const changes = [...undoCheckIn(visit, isMissed, fmt.dayOf(now)), ...goingOn.map(openAgain)];
  if (!(await save(store, changes))) return false;
  const redo = async () => {
    const open = await openBeside(store, [visit, ...goingOn]);
    const closing = [...goingOn.map(closeAgain), ...closeElsewhere(visit, open, store.now())];
    if (await save(store, [...closing, ...redoCheckIn(visit)]))
      for (const one of open) sayClosed(one, one.customerName);
  };
  const text = () => {
    if (isMissed && !visit.planned_day) return m.visit_check_in_undone_kept();
    const [other] = goingOn;
    if (other === undefined) return m.visit_check_in_undone();
    return m.visit_check_in_undone_goes_on({ name: other.customerName ?? m.today_no_customer() });
  };
  toasts.show({ text: text(), undo: () => void redo() });
  return true;
}

/** Goes on with a visit that was over; what is open elsewhere is closed, and the person told. Answers whether it is saved. */
export async function goOnWith(store: Store, visit: VisitKey, outcome: VisitOutcome | null): Promise<boolean> {
  const open = await openBeside(store, [visit]);
  if (!(await save(store, reopen(visit, outcome, store.now(), open)))) return false;
  for (const one of open) sayClosed(one, one.customerName);
  return true;
}

async function openBeside(store: Store, visits: readonly VisitKey[]): Promise<OpenVisitRow[]> {
  const open = await store.query("visit.open_all", { person: store.account.person });
  return open.filter((one) => !visits.some(({ id }) => id === one.id));
}

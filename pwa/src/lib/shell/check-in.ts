/** The one tap that begins a visit, from wherever it is made. */

import { missedDays } from "#lib/domain/missed";
import { type Place, pointOf } from "#lib/domain/place";
import {
  begunVisit,
  type CheckInAt,
  checkIn,
  closeForgotten,
  locate,
  type OpenVisit,
  type VisitKey,
  visitMeant,
} from "#lib/domain/visit";
import { fmt, m, reader } from "#lib/i18n";
import type { Store } from "#lib/store/client";
import type { VisitRow } from "#lib/store/queries/visit";
import { afterPaint } from "#lib/ui/after-paint";
import { toasts } from "#lib/ui/toasts.svelte";
import { goto, preloadCode } from "$app/navigation";
import { here } from "./here.svelte";
import { once } from "./once";
import { save } from "./save";

/** A customer, as far as a check-in needs him. */
export interface Met {
  readonly id: string;
  readonly latitude?: number | null | undefined;
  readonly longitude?: number | null | undefined;
}

/** More than anybody has planned at one customer. */
const MOST_VISITS = 200;

/**
 * Begins the visit `planned`, or else the one that a check-in at `customer` means, and opens it; a visit that is under way is only
 * opened. The place follows when the phone has found it; until then, and without permission, it is unknown.
 */
export const startVisit = once(async (store: Store, customer: Met, planned?: VisitKey): Promise<void> => {
  // The screen that is tapped away from is not drawn once more meanwhile, and the next one is fetched beside the writing.
  const tellNews = store.holdNews();
  preloadCode("/(app)/visits/[id]").catch(() => {}); // then `goto` fetches it, and fails as it does
  try {
    await openVisit(store, customer, planned);
  } finally {
    tellNews();
  }
});

async function openVisit(store: Store, customer: Met, planned?: VisitKey): Promise<void> {
  const { person } = store.account;
  const open = await store.query("visit.open_all", { person });
  const there = planned === undefined ? await visitAt(store, customer) : null;
  const meant = planned ?? there;
  if (meant !== null && (there?.status === "open" || open.some(({ id }) => id === meant.id)))
    return goto(`/visits/${meant.id}`);
  const at: CheckInAt = meant === null ? { customer: customer.id, person, newId: store.newId() } : { visit: meant };
  const changes = checkIn(at, store.now(), open);
  const begun = begunVisit(changes);
  if (begun === null) return;
  const saved = save(store, changes);
  // The store does one thing after another: this is asked of what is written then, and waits for no answer to come back first.
  const primed = store.prime("visit.one", { id: begun.id });
  if (!(await saved)) return;
  for (const closed of open) sayClosed(closed, closed.customerName);
  const place = here.read();
  try {
    await primed;
    await goto(`/visits/${begun.id}`);
  } finally {
    // Once the visit is in sight: written any sooner, it would be asked for twice before it is shown once.
    afterPaint(() => void keepPlace(store, begun, customer, place));
  }
}

/** The visit of this person that a check-in at `customer` means: one of today, or one that was missed; null for none. */
async function visitAt(store: Store, { id }: Met): Promise<(VisitKey & Partial<VisitRow>) | null> {
  const { person } = store.account;
  const today = fmt.dayOf(store.now());
  const there = await store.query("customer.visits", { customer: id, today, limit: MOST_VISITS });
  const meant = visitMeant(there, person, today);
  const days = missedDays(today, reader.timeZone);
  return meant ?? store.query("visit.taken_over", { person, customer: id, days });
}

/** Writes down where the check-in was made, unless it has been taken back meanwhile. */
async function keepPlace(store: Store, visit: VisitKey, customer: Met, reading: Promise<Place | null>): Promise<void> {
  const place = await reading;
  if (place === null) return;
  const found = await store.query("visit.one", { id: visit.id });
  if (typeof found?.visit.checked_in_at === "number") await save(store, locate(visit, pointOf(customer), place));
}

/** Closes the open visits of this person to which nobody will come back, with an estimate that says so. */
export async function closeForgottenVisit(store: Store, timeZone: string): Promise<void> {
  const open = await store.query("visit.open_all", { person: store.account.person });
  for (const visit of open) await closeIfForgotten(store, visit, visit.customerName, timeZone);
}

/** The same for a visit that is known, at a customer with this name. */
export async function closeIfForgotten(
  store: Store,
  visit: OpenVisit,
  customerName: string | null,
  timeZone: string,
): Promise<void> {
  const changes = closeForgotten([visit], store.now(), timeZone);
  if (changes.length > 0 && (await save(store, changes))) sayClosed(visit, customerName);
}

/** Says that a visit was closed for the person. */
export function sayClosed(visit: OpenVisit, customerName: string | null): void {
  const name = customerName ?? m.today_no_customer();
  const isOldEnd = typeof visit.checked_out_at === "number";
  toasts.show({ text: isOldEnd ? m.visit_closed_again({ name }) : m.visit_closed_for_you({ name }) });
}

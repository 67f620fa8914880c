/** The one tap that begins a visit, from wherever it is made. */

import { pointOf } from "#lib/domain/place";
import { begunVisit, type CheckInAt, checkIn, closeForgotten, locate, type VisitKey } from "#lib/domain/visit";
import { m } from "#lib/i18n";
import type { Store } from "#lib/store/client";
import type { VisitRow } from "#lib/store/queries/customer";
import { toasts } from "#lib/ui/toasts.svelte";
import { goto } from "$app/navigation";
import { here } from "./here.svelte";
import { save } from "./save";

/** A customer, as far as a check-in needs him. */
export interface Met {
  readonly id: string;
  readonly latitude?: number | null | undefined;
  readonly longitude?: number | null | undefined;
}

/**
 * Begins the visit `planned`, or an unplanned one at `customer`, and opens it. The place follows when the phone has found it;
 * until then, and without permission, it is unknown.
 */
export async function startVisit(store: Store, customer: Met, planned?: { id: string; root: string }): Promise<void> {
  const at: CheckInAt =
    planned === undefined
      ? { customer: customer.id, person: store.account.person, newId: store.newId() }
      : { visit: planned };
  const open = await store.query("visit.open", { person: store.account.person });
  const changes = checkIn(at, store.now(), open === null ? [] : [open]);
  const begun = begunVisit(changes);
  if (begun === null || !(await save(store, changes))) return;
  if (changes.length > 1) sayClosed(open);
  void keepPlace(store, begun, customer);
  await goto(`/visits/${begun.id}`);
}

/** Writes down where the check-in was made, unless it has been taken back meanwhile. */
async function keepPlace(store: Store, visit: VisitKey, customer: Met): Promise<void> {
  const place = await here.read();
  if (place === null) return;
  const found = await store.query("visit.one", { id: visit.id });
  if (typeof found?.visit.checked_in_at === "number") await save(store, locate(visit, pointOf(customer), place));
}

/** Closes a visit that nobody will come back to, with an estimate that says so. */
export async function closeForgottenVisit(store: Store, timeZone: string): Promise<void> {
  const open = await store.query("visit.open", { person: store.account.person });
  if (open === null) return;
  const changes = closeForgotten([open], store.now(), timeZone);
  if ((await save(store, changes)) && changes.length > 0) sayClosed(open);
}

function sayClosed(visit: VisitRow | null): void {
  toasts.show({ text: m.visit_closed_for_you({ name: visit?.customerName ?? m.today_no_customer() }) });
}

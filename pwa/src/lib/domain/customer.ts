/** Customers: the changes that make and mend them and what belongs to them. Every function is a value of its arguments. */

import { asciiDigits } from "#lib/i18n/digits";
import { dayOf, daysBetween } from "#lib/i18n/format";
import type { Change, ChangeOf, ValuesOf } from "#lib/store/change";
import type { CustomerPhase, CustomerValueClass, DealStage, Kind } from "$sync/schema.gen";
import { addDays, instantAt } from "./day";
import type { Place } from "./place";

/** What a form knows of a record before it is saved: only what the person filled in. */
export type Draft<K extends Kind> = ValuesOf<K>;

/** What was typed, with a phone number as every dialler, table and register takes it. */
const dialable = <D extends { readonly phone?: string | null }>(draft: D): D =>
  typeof draft.phone === "string" ? { ...draft, phone: asciiDigits(draft.phone) } : draft;

/** A customer that the rep has just met; he owns it, and it lives in one of his territories. */
export function createCustomer(
  id: string,
  draft: Draft<"customer"> & { readonly name: string },
  by: { readonly owner: string; readonly territory: string },
  place: Place | null = null,
): Change[] {
  const at = place === null ? {} : { latitude: place.latitude, longitude: place.longitude };
  return [{ kind: "customer", id, root: id, v: { relation: "business", ...by, ...at, ...dialable(draft) } }];
}

export const createContact = (
  id: string,
  customer: string,
  draft: Draft<"contact"> & { readonly name: string },
): Change[] => [{ kind: "contact", id, root: customer, v: { customer, ...dialable(draft) } }];

export const createNote = (id: string, customer: string, person: string, body: string, now: number): Change[] => [
  { kind: "note", id, root: customer, v: { customer, person, written_at: now, body: body.trim() } },
];

export const createDeal = (
  id: string,
  customer: string,
  owner: string,
  draft: Draft<"deal"> & { readonly title: string },
  now: number,
): Change[] => {
  const stage: DealStage = draft.stage ?? "new";
  return [{ kind: "deal", id, root: customer, v: { customer, owner, stage_since: now, ...draft, stage } }];
};

/** One field set to a new value; also the way back to an old one, which is an edit like any other. */
export const setField = <K extends Kind>(
  kind: K,
  record: { readonly id: string; readonly root: string },
  v: ValuesOf<K>,
): ChangeOf<K>[] => [{ kind, id: record.id, root: record.root, v }];

/** Whole days since the last visit on the reader's calendar, null for never. */
export const daysSinceVisit = (lastVisitAt: number | null, now: number, timeZone: string): number | null =>
  lastVisitAt === null ? null : Math.max(0, daysBetween(dayOf(lastVisitAt, timeZone), dayOf(now, timeZone)));

/** Longer than anybody has waited. */
const MOST_DAYS = 36_500;

/** The instant before which the last visit of whoever is unseen for so many days was, as `daysSinceVisit` counts; UTC milliseconds. */
export const unseenSince = (days: number, today: string, timeZone: string): number =>
  instantAt(addDays(today, 1 - Math.min(days, MOST_DAYS)), 0, timeZone);

/** The one word that a list has room for. */
export type Standing =
  | { readonly field: "phase"; readonly value: CustomerPhase }
  | { readonly field: "value_class"; readonly value: CustomerValueClass };

/**
 * What tells most of a customer: that he is leaving, then that he is one of the great ones, then where he stands between first
 * order and loyalty, then his class. Null where nothing is known.
 */
export function standingOf(customer: {
  readonly phase: CustomerPhase | null;
  readonly value_class: CustomerValueClass | null;
}): Standing | null {
  const { phase, value_class } = customer;
  if (phase === "leaving") return { field: "phase", value: phase };
  if (value_class === "vip" || value_class === "main") return { field: "value_class", value: value_class };
  if (phase !== null && phase !== "repeat") return { field: "phase", value: phase };
  if (value_class !== null) return { field: "value_class", value: value_class };
  return phase === null ? null : { field: "phase", value: phase };
}

/** A churn risk worth a chip, in percent. */
export const CHURN_WARNING = 20;

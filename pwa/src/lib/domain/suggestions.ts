/** Whom to visit on a day: the customers whose call cycle is over or who give another reason, the most telling first. */
import { dayOf, daysBetween } from "#lib/i18n/format";
import type { Reader } from "#lib/i18n/locales";
import type { CustomerValueClass } from "$sync/schema.gen";
import { type CallCycles, cycleOf } from "./call-cycle";
import { metresBetween, type Point } from "./place";
import { type Facts, type Reason, reasonsToGo } from "./reasons";

/** A customer who might be visited. */
export interface Candidate extends Facts {
  readonly id: string;
  readonly point: Point | null;
}

/** A customer worth a visit on that day. */
export interface Suggestion<C extends Candidate> {
  readonly customer: C;
  readonly reasons: readonly Reason[];
  /** Metres to the nearest stop of the day, null where nothing is known. */
  readonly away: number | null;
}

const WEIGHTS: Readonly<Record<CustomerValueClass, number>> = { vip: 4, main: 3, regular: 2, small: 1 };
/** Nobody is waited for more than three cycles' worth: a customer long forgotten would push aside all others. */
const MOST_CYCLES = 3;
/** A first visit counts as much as one half a cycle late. */
const FIRST_VISIT_CYCLES = 1.5;
const COMPLAINT = 5;
const SLIPPING = 4;
const BIRTHDAY = 3;
const TASK = 1;
const MOST_TASKS = 2;
/** This many metres beside the day's way weigh as much as one point; what is farther than ten times that weighs no more. */
const METRES_A_POINT = 10_000;
const MOST_DETOUR = 6;

/**
 * The customers among `candidates` who are worth a visit on `day`, at most `most`. `stops` are the places of the day's route:
 * who lies near them comes before who lies far off. Equal ones stand by id, so that a list does not jump about.
 */
export function suggest<C extends Candidate>(
  candidates: readonly C[],
  day: string,
  reader: Pick<Reader, "timeZone" | "calendar">,
  cycles: CallCycles,
  stops: readonly Point[],
  most: number,
): readonly Suggestion<C>[] {
  const rated = candidates.flatMap((customer) => {
    const reasons = reasonsToGo(customer, day, reader, cycles);
    const worth = worthOf(customer, reasons, day, reader.timeZone, cycles);
    if (worth === null) return [];
    const away = nearest(customer.point, stops);
    const detour = away === null ? 0 : Math.min(MOST_DETOUR, away / METRES_A_POINT);
    return [{ customer, reasons, away, score: worth - detour }];
  });
  return rated
    .sort((a, b) => b.score - a.score || (a.customer.id < b.customer.id ? -1 : 1))
    .slice(0, most)
    .map(({ customer, reasons, away }) => ({ customer, reasons, away }));
}

/** Points for the reasons; null where none of them asks for a visit. */
function worthOf(
  customer: Candidate,
  reasons: readonly Reason[],
  day: string,
  timeZone: string,
  cycles: CallCycles,
): number | null {
  const has = (name: Reason["reason"]) => reasons.some(({ reason }) => reason === name);
  if (
    !["birthday", "complaint", "slipping", "not_seen", "first_visit", "tasks"].some((name) =>
      has(name as Reason["reason"]),
    )
  )
    return null;
  const { value_class, last_visit_at: last } = customer;
  const elapsed =
    last === null
      ? FIRST_VISIT_CYCLES
      : daysBetween(dayOf(last, timeZone), day) / Math.max(1, cycleOf(value_class, cycles));
  return (
    (value_class === null ? 1 : WEIGHTS[value_class]) * Math.min(MOST_CYCLES, Math.max(0, elapsed)) +
    (has("complaint") ? COMPLAINT : 0) +
    (has("slipping") ? SLIPPING : 0) +
    (has("birthday") ? BIRTHDAY : 0) +
    TASK * Math.min(MOST_TASKS, customer.open_tasks - customer.complaints)
  );
}

function nearest(point: Point | null, stops: readonly Point[]): number | null {
  if (point === null || stops.length === 0) return null;
  return Math.min(...stops.map((stop) => metresBetween(stop, point)));
}

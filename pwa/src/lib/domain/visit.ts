/** A visit from plan to report. Every function is a value of its arguments and answers with the changes to save. */
import type { Change, ChangeOf, ValuesOf } from "#lib/store/change";
import type { Visible } from "#lib/store/visible";
import type { VisitOutcome, VisitPurpose, VisitStatus } from "$sync/schema.gen";
import { midnightAfter } from "./day";
import { evidenceOf, isSharp, type Place, type Point, pointOf } from "./place";
import { createTask, deleteTask, type NewTask, rescheduleTask, restoreTask } from "./task";

/** What every change of a visit needs to know of it. */
export type VisitKey = Pick<Visible<"visit">, "id" | "root">;

/** What closing a visit needs to know of it. */
export type OpenVisit = VisitKey & {
  readonly status?: VisitStatus | undefined;
  readonly checked_in_at?: number | null | undefined;
  /** Where it was over before and goes on. */
  readonly checked_out_at?: number | null | undefined;
  /** True where nobody made that end. */
  readonly check_out_estimated?: boolean | null | undefined;
};

/** A visit left open for so long was left, not lengthened. */
export const FORGOTTEN_AFTER_MS = 4 * 3_600_000;
/** What a visit mostly takes; the estimate for a check-out that nobody made. */
export const USUAL_VISIT_MS = 30 * 60_000;
/** So long after its end a visit may turn out not to have been over. */
export const GOES_ON_WITHIN_MS = 30 * 60_000;

const change = (visit: VisitKey, v: ValuesOf<"visit">): ChangeOf<"visit"> => ({
  kind: "visit",
  id: visit.id,
  root: visit.root,
  v,
});

/** A visit to make, on a day and perhaps at a time. */
export interface Plan {
  readonly id: string;
  readonly customer: string;
  readonly person: string;
  readonly day: string;
  /** The hour that was agreed, UTC milliseconds; without one the visit may be made at any time of the day. */
  readonly at?: number | null;
  readonly position?: number;
  readonly purpose?: VisitPurpose;
}

export function plan(planned: Plan): Change[] {
  const { id, customer, person, day, at, position, purpose } = planned;
  const v: ValuesOf<"visit"> = {
    customer,
    person,
    status: "planned",
    planned_day: day,
    ...(typeof at === "number" ? { planned_at: at } : {}),
    ...(position === undefined ? {} : { position }),
    ...(purpose === undefined ? {} : { purpose }),
  };
  return [change({ id, root: customer }, v)];
}

/** What has to be known of a customer's visits to tell which one a check-in means. */
export type VisitThere = Pick<Visible<"visit">, "id" | "root"> & {
  readonly person?: string | null | undefined;
  readonly status?: VisitStatus | null | undefined;
  readonly planned_day?: string | null | undefined;
};

/**
 * The visit that `person` means who checks in at a customer with these `visits`: the one under way there, else the first that is
 * planned for `today`; null for neither.
 */
export function visitMeant<One extends VisitThere>(visits: readonly One[], person: string, today: string): One | null {
  const own = visits.filter((visit) => visit.person === person);
  const planned = own.find((visit) => visit.status === "planned" && visit.planned_day === today);
  return own.find((visit) => visit.status === "open") ?? planned ?? null;
}

/** Whom to visit: a planned visit, or a customer with the id for a visit that nobody planned. */
export type CheckInAt =
  | { readonly visit: VisitKey }
  | { readonly customer: string; readonly person: string; readonly newId: string };

/**
 * The rep is there. `open` are his visits still open: nobody is in two shops, so their check-out was forgotten. The place
 * mostly comes later (`locate`), because a tap does not wait for a satellite.
 */
export function checkIn(at: CheckInAt, now: number, open: readonly OpenVisit[] = []): Change[] {
  const started: ValuesOf<"visit"> = { status: "open", checked_in_at: now, presence: "unknown" };
  const begun =
    "visit" in at
      ? change(at.visit, started)
      : change({ id: at.newId, root: at.customer }, { customer: at.customer, person: at.person, ...started });
  return [...closeElsewhere(begun, open, now), begun];
}

/** Closes what is open beside a visit that is under way. */
export const closeElsewhere = ({ id }: Pick<VisitKey, "id">, open: readonly OpenVisit[], now: number): Change[] =>
  open.filter((visit) => visit.id !== id).map((visit) => closeWithEstimate(visit, now));

/** The visit that `checkIn` has just begun. */
export const begunVisit = (changes: readonly Change[]): VisitKey | null => {
  const last = changes.at(-1);
  return last?.kind === "visit" ? { id: last.id, root: last.root } : null;
};

/** The phone has found out where it is: evidence, never a gate. */
export function locate(visit: VisitKey, customer: Point | null, place: Place): Change[] {
  const { presence, distance } = evidenceOf(customer, place);
  const { latitude, longitude } = place;
  return [change(visit, { presence, distance, latitude, longitude, accuracy: Math.round(place.accuracy) })];
}

/** Whether the report of a visit has anything that somebody would miss; what hangs on it (files, orders) is asked of the store. */
export const isWritten = (visit: Visible<"visit">): boolean =>
  Boolean(visit.note || visit.outcome || visit.next_step) ||
  isSigned(visit) ||
  (visit.answers?.length ?? 0) + (visit.comments?.length ?? 0) > 0;

/**
 * The rep was not there after all: the plan stands again. An unplanned visit is gone, unless somebody would miss what is in it: then
 * it is planned for `today` instead.
 */
export function undoCheckIn(visit: Visible<"visit">, isMissed: boolean, today: string): Change[] {
  const isPlanned = typeof visit.planned_day === "string";
  if (!isPlanned && !isMissed) return [change(visit, { deleted: true })];
  const nowhere = { presence: null, distance: null, latitude: null, longitude: null, accuracy: null };
  const day = isPlanned ? {} : { planned_day: today };
  const endless = typeof visit.checked_out_at === "number" ? { checked_out_at: null, check_out_estimated: null } : {};
  return [change(visit, { status: "planned", checked_in_at: null, ...endless, ...day, ...nowhere })];
}

/** Back from `undoCheckIn`, given the visit as it was before. */
export function redoCheckIn(before: Visible<"visit">): Change[] {
  const { planned_day = null, checked_in_at = null, presence = null, distance = null } = before;
  const { latitude = null, longitude = null, accuracy = null } = before;
  const place = { presence, distance, latitude, longitude, accuracy };
  const { checked_out_at = null, check_out_estimated = null } = before;
  const end = checked_out_at === null ? {} : { checked_out_at, check_out_estimated };
  return [change(before, { deleted: null, status: "open", checked_in_at, planned_day, ...end, ...place })];
}

/** What moving and cancelling write over. */
export type PlannedVisit = VisitKey & Pick<Visible<"visit">, "planned_day" | "planned_at" | "position">;

/** To another day, or another hour of it; its place in the order of the old day means nothing in the new one. */
export const moveVisit = (visit: PlannedVisit, day: string, at: number | null): Change[] => [
  change(visit, {
    planned_day: day,
    planned_at: at,
    ...(day === visit.planned_day ? {} : { position: null }),
  }),
];

/** Back from `moveVisit`, given the visit as it was before. */
export const moveVisitBack = (before: PlannedVisit): Change[] => {
  const { planned_day = null, planned_at = null, position = null } = before;
  return [change(before, { planned_day, planned_at, position })];
};

/** Nobody will make it; it stays in the customer's timeline as one that was cancelled. */
export const cancelVisit = (visit: VisitKey): Change[] => [change(visit, { status: "cancelled" })];

/** It was never made here: its rep takes it away, or back with null. What hangs on it, an order or a task, stays. */
export const removeVisit = (visit: VisitKey, deleted: true | null = true): Change[] => [change(visit, { deleted })];

/** Back from `cancelVisit`. */
export const uncancelVisit = (visit: VisitKey): Change[] => [change(visit, { status: "planned" })];

export const setOutcome = (visit: VisitKey, outcome: VisitOutcome | null): Change[] => [change(visit, { outcome })];

export const setPurpose = (visit: VisitKey, purpose: VisitPurpose | null): Change[] => [change(visit, { purpose })];

/**
 * What a visit can do for a customer whose pin it shows to be wrong, or missing: move the pin to where the check-in was made, or, where that
 * reading is too coarse and the rep is still there, take a new one; null for nothing.
 */
export function pinMending(visit: Visible<"visit">, customer: Visible<"customer">): "move" | "read" | null {
  const isElsewhere = visit.presence === "elsewhere" && typeof visit.distance === "number";
  if (pointOf(visit) === null || !(isElsewhere || pointOf(customer) === null)) return null;
  if (isSharp(visit)) return "move";
  return visit.status === "open" ? "read" : null;
}

/** The customer stands where the check-in was made: his pin was wrong, and the visit was at his place. No coarse reading tells that. */
export function movePin(visit: Visible<"visit">, customer: Visible<"customer">): Change[] {
  const point = pointOf(visit);
  if (point === null || !isSharp(visit)) return [];
  const pin: Change = { kind: "customer", id: customer.id, root: customer.root, v: { ...point } };
  return [pin, change(visit, { presence: "at_customer", distance: 0 })];
}

/** Back to what stood before `movePin`. */
export function movePinBack(visit: Visible<"visit">, customer: Visible<"customer">): Change[] {
  const { latitude = null, longitude = null } = customer;
  const { presence = null, distance = null } = visit;
  return [
    { kind: "customer", id: customer.id, root: customer.root, v: { latitude, longitude } },
    change(visit, { presence, distance }),
  ];
}

export const setNote = (visit: VisitKey, note: string): Change[] => [
  change(visit, { note: note.trim() === "" ? null : note }),
];

/** What somebody at the customer's has signed with: strokes, his name, or both. */
export interface Signature {
  readonly strokes: string;
  readonly by: string;
}

export const sign = (visit: VisitKey, { strokes, by }: Signature, now: number): Change[] => [
  change(visit, { signature: strokes || null, signed_by: by.trim() || null, signed_at: now }),
];

export const removeSignature = (visit: VisitKey): Change[] => [
  change(visit, { signature: null, signed_by: null, signed_at: null }),
];

/** Back from `removeSignature`, and from a signature in place of another: what `before` had, with its time. */
export const restoreSignature = (before: Visible<"visit">): Change[] => {
  const { signature = null, signed_by = null, signed_at = null } = before;
  return [change(before, { signature, signed_by, signed_at })];
};

export const isSigned = ({ signature, signed_by }: Visible<"visit">): boolean => Boolean(signature || signed_by);

/** The report: how it went, and the check-out; where that was forgotten, an estimate of it that says so. */
export function finish(visit: OpenVisit, outcome: VisitOutcome | null, now: number, timeZone: string): Change[] {
  const left = { status: "done", checked_out_at: now, check_out_estimated: null } as const;
  // Whose clock was ahead at the check-in, and is not now: nobody leaves before he has come.
  const began = typeof visit.checked_in_at === "number" && visit.checked_in_at > now ? { checked_in_at: now } : {};
  return [
    change(visit, { ...(isForgotten(visit, now, timeZone) ? forgottenEnd(visit, now) : left), ...began, outcome }),
  ];
}

interface Times {
  readonly status?: VisitStatus | null | undefined;
  readonly checked_in_at?: number | null | undefined;
  readonly checked_out_at?: number | null | undefined;
}

/** When a visit began, null if it has not; one that is over, by whatever clocks, no later than it ended. */
export function beganAt({ status, checked_in_at: began, checked_out_at: ended }: Times): number | null {
  if (typeof began !== "number") return null;
  return status === "open" || typeof ended !== "number" ? began : Math.min(began, ended);
}

/**
 * The visit goes on; the end that it had stands until it is finished anew, and is its end again if that is forgotten. `open` are other
 * visits still open: nobody is in two shops, as at a check-in.
 */
export const reopen = (
  visit: VisitKey,
  outcome: VisitOutcome | null,
  now: number,
  open: readonly OpenVisit[] = [],
): Change[] => [...closeElsewhere(visit, open, now), change(visit, { status: "open", outcome })];

/**
 * Whether a visit that is over may go on: shortly after its end, or until it is long gone if nobody made the check-out. Later its report
 * is only corrected, which needs no open visit.
 */
export function mayGoOn(visit: Visible<"visit">, now: number, timeZone: string): boolean {
  const { status, checked_in_at: began, checked_out_at: ended, check_out_estimated } = visit;
  if (status !== "done" || typeof began !== "number" || typeof ended !== "number") return false;
  return now - ended <= GOES_ON_WITHIN_MS || (check_out_estimated === true && !isLongGone(began, now, timeZone));
}

/** The next step of a visit is one task with a reminder: made by the first choice, moved by the next. */
export function setNextStep(
  visit: VisitKey,
  existing: Visible<"task"> | null,
  step: Omit<NewTask, "customer" | "visit">,
): Change[] {
  const title = change(visit, { next_step: step.title });
  if (existing === null) return [title, ...createTask({ ...step, customer: visit.root, visit: visit.id })];
  return [title, ...rescheduleTask(existing, step.when, { title: step.title, type: step.type })];
}

/** No step is needed; of one whose task is gone already only the words are taken away. */
export const removeNextStep = (visit: VisitKey, existing: Visible<"task"> | null): Change[] => [
  change(visit, { next_step: null }),
  ...(existing === null ? [] : deleteTask(existing)),
];

/** Back from `removeNextStep`, given the visit as it was before. */
export const restoreNextStep = (
  before: VisitKey & Pick<Visible<"visit">, "next_step">,
  task: Visible<"task"> | null,
): Change[] => [
  change(before, { next_step: task?.title ?? before.next_step ?? null }),
  ...(task === null ? [] : restoreTask(task)),
];

const isLong = (began: number, now: number): boolean => now - began > FORGOTTEN_AFTER_MS;

/** A visit of hours, whose day is over as well. */
const isLongGone = (began: number, now: number, timeZone: string): boolean =>
  isLong(began, now) && now >= midnightAfter(began, timeZone);

/**
 * Whether nobody will come back to this visit: open for hours, over midnight or not. Who was taken for gone once, and has said that he
 * goes on, is left in peace for the day.
 */
export function isForgotten(visit: OpenVisit, now: number, timeZone: string): boolean {
  const { status, checked_in_at: began, check_out_estimated } = visit;
  if (status !== "open" || typeof began !== "number") return false;
  return check_out_estimated === true ? isLongGone(began, now, timeZone) : isLong(began, now);
}

/** Closes the forgotten ones among `visits` with an estimate that says so. */
export const closeForgotten = (visits: readonly OpenVisit[], now: number, timeZone: string): Change[] =>
  visits.filter((visit) => isForgotten(visit, now, timeZone)).map((visit) => closeWithEstimate(visit, now));

const closeWithEstimate = (visit: OpenVisit, now: number): Change => change(visit, forgottenEnd(visit, now));

/** What had an end before has that one again. */
function forgottenEnd(visit: OpenVisit, now: number): ValuesOf<"visit"> {
  if (typeof visit.checked_out_at === "number") return { status: "done" };
  const left = Math.min((visit.checked_in_at ?? now) + USUAL_VISIT_MS, now);
  return { status: "done", checked_out_at: left, check_out_estimated: true };
}

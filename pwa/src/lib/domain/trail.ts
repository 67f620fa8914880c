/** A trail: the list from which a customer was opened, so that one can go on to the next without going back. */

/** What stays of a list while its customers are looked at, one after the other. */
export interface Trail<Q> {
  /** What the list asked, or its ids where it was short. */
  readonly question: Q | { readonly ids: readonly string[] };
  /** What the list is called. */
  readonly name: string;
  /** The customer looked at now, and where it stood. */
  readonly id: string;
  readonly index: number;
}

/**
 * The trail through a list that is short and known, as a day's route is: one customer for each place, whoever stands in it twice or not
 * at all. Null where there is nowhere to go on to.
 */
export function trailThrough(
  list: readonly (string | null | undefined)[],
  name: string,
  id: string,
): Trail<never> | null {
  const ids = [...new Set(list)].filter((one) => typeof one === "string");
  const index = ids.indexOf(id);
  return index < 0 || ids.length < 2 ? null : { question: { ids }, name, id, index };
}

/** A stretch of the list around where the customer stood. */
export interface Stretch {
  /** Where in the list it begins. */
  readonly from: number;
  readonly ids: readonly string[];
  readonly total: number;
}

/** Where one is, and where one can go. */
export interface Steps {
  /** From 0; null where the customer is no longer in the list, as after a visit in "not seen". */
  readonly index: number | null;
  readonly total: number;
  readonly previous: Step | null;
  readonly next: Step | null;
}

/** A customer one step away. */
export interface Step {
  readonly id: string;
  readonly index: number;
}

/** Rows looked at on each side: lists shift while one walks through them. */
export const REACH = 25;

/** The stretch to ask for. */
export const stretchAround = (index: number): { readonly offset: number; readonly limit: number } => {
  const offset = Math.max(0, index - REACH);
  return { offset, limit: index - offset + REACH + 1 };
};

/** The steps from a customer; where he has left the list, the next is who has moved up into his place. */
export function stepsFrom({ id, index }: { readonly id: string; readonly index: number }, stretch: Stretch): Steps {
  const { from, ids, total } = stretch;
  const found = ids.indexOf(id);
  const at = found < 0 ? null : from + found;
  const stepTo = (place: number): Step | null => {
    const there = ids[place - from];
    return place < 0 || there === undefined ? null : { id: there, index: place };
  };
  const here = at ?? Math.min(index, total);
  return { index: at, total, previous: stepTo(here - 1), next: stepTo(at === null ? here : here + 1) };
}

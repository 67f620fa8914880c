/** What an edit did to a field, in values as a reader knows them: sets as their elements, counters as totals, logs as lines. */
import { type CounterState, elements, joinCounters, joinSets, type LogState, type SetState, total } from "$sync/joins";
import type { FieldType } from "$sync/schema.gen";

/** A value before and after. */
export interface Shift {
  readonly old: unknown;
  readonly new: unknown;
}

const isState = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const stateOf = (value: unknown): object => (isState(value) ? value : {});

/**
 * Returns what a reader sees change. `old` is the state that the edit met, `written` what it carried: of a set, a counter or a
 * log only its own part, which joins what was there.
 */
export function shiftOf(field: FieldType, old: unknown, written: unknown): Shift {
  switch (field.type) {
    case "set": {
      const before = stateOf(old) as SetState;
      return { old: elements(before), new: elements(joinSets(before, stateOf(written) as SetState)) };
    }
    case "counter": {
      const before = stateOf(old) as CounterState;
      return { old: total(before), new: total(joinCounters(before, stateOf(written) as CounterState)) };
    }
    case "log":
      return { old: null, new: Object.values(stateOf(written) as LogState) };
    default:
      return { old: old ?? null, new: written ?? null };
  }
}

/** What the history says of a change. */
export interface Met {
  readonly old: unknown;
  readonly won: boolean;
  readonly concurrent: boolean;
  readonly merged: boolean;
  readonly base: unknown;
}

/** What became of a change, and of the one that it met. */
export type Outcome = "plain" | "lost" | "won_at_once" | "lost_at_once" | "kept_both";

export function outcomeOf({ won, concurrent, merged }: Met): Outcome {
  if (merged) return "kept_both";
  if (concurrent) return won ? "won_at_once" : "lost_at_once";
  return won ? "plain" : "lost";
}

/** What a change began from: where the words of both were kept it took none of the other's away, though they stood there. */
export const beganFrom = ({ old, merged, base }: Met): unknown => (merged ? base : old);

/** An edit that wrote so much where nothing was is the record's beginning, not a change of each field. */
export const isCreation = (changes: readonly { readonly old: unknown }[]): boolean =>
  changes.length > 2 && changes.every(({ old }) => old === null);

/** As much of a history as has been read, newest first, and whether there is more. */
export interface ReadPart<E> {
  readonly entries: readonly E[];
  readonly isMore: boolean;
}

interface Numbered {
  readonly number: number;
}

/** The history with its newest page read again: older pages stay where the page reaches them, so that whoever reads them goes on. */
export function renewed<E extends Numbered>(
  known: ReadPart<E> | null,
  newest: readonly E[],
  pageLength: number,
): ReadPart<E> {
  const last = newest.at(-1)?.number ?? 0;
  const isWhole = newest.length < pageLength;
  const rest = (known?.entries ?? []).filter(({ number }) => number < last);
  const meets = known?.entries.some(({ number }) => number >= last) ?? false;
  if (isWhole || known === null || !meets || rest.length === 0) return { entries: newest, isMore: !isWhole };
  return { entries: [...newest, ...rest], isMore: known.isMore };
}

/** The history with the page that was asked for before the entry of this number, if that is still the last one. */
export function olderOf<E extends Numbered>(
  known: ReadPart<E>,
  before: number,
  page: readonly E[],
  pageLength: number,
): ReadPart<E> {
  if (known.entries.at(-1)?.number !== before) return known;
  return { entries: [...known.entries, ...page], isMore: page.length === pageLength };
}

/** Of two texts the lines that are not in the other; both whole where only their order differs. */
export function differing(old: string, written: string): { readonly old: string; readonly new: string } {
  const [before, after] = [old.split("\n"), written.split("\n")];
  const [gone, come] = [before.filter((line) => !after.includes(line)), after.filter((line) => !before.includes(line))];
  if (gone.length + come.length === 0) return { old, new: written };
  return { old: gone.join("\n"), new: come.join("\n") };
}

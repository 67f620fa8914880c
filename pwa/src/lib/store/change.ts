/**
 * What a screen asks the store to save: a change of one record, in values that a reader would recognise.
 *
 * Registers are given as values (null clears, absent leaves alone). Sets, counters and logs are given as instructions
 * (`addTo`, `removeFrom`, `plus`, `append`): the worker makes their join states from the record as it stands.
 */
import type { CounterState, LogState, SetState } from "$sync/joins.ts";
import type { EntityByKind, Kind, ProblemCode } from "$sync/schema.gen.ts";

/** Elements to add to and to remove from a set. */
export interface SetChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** An amount to add to a counter; negative to take away. */
export interface CounterChange {
  readonly plus: number;
}

/** A text to append to a log. */
export interface LogChange {
  readonly append: string;
}

/** What may be written to a field of type `T`. */
export type FieldChange<T> = T extends SetState
  ? SetChange
  : T extends CounterState
    ? CounterChange
    : T extends LogState
      ? LogChange
      : T;

/** What may be written to a record of kind `K`, by field. */
export type ValuesOf<K extends Kind> = {
  readonly [F in keyof EntityByKind[K]]?:
    | FieldChange<NonNullable<EntityByKind[K][F]>>
    | Extract<EntityByKind[K][F], null>;
};

/** A change of one record of kind `K`. */
export interface ChangeOf<K extends Kind> {
  readonly kind: K;
  /** The record's id: an existing one, or a new one from `store.newId()`. */
  readonly id: string;
  /** The aggregate's root: the customer's id, a person's id, or "shared"; the record's own id for a customer. */
  readonly root: string;
  readonly v: ValuesOf<K>;
}

/** A change of one record. */
export type Change = { [K in Kind]: ChangeOf<K> }[Kind];

/** The instruction that adds elements to a set field. */
export function addTo(...elements: readonly string[]): SetChange {
  return { add: elements, remove: [] };
}

/** The instruction that removes elements from a set field. */
export function removeFrom(...elements: readonly string[]): SetChange {
  return { add: [], remove: elements };
}

/** The instruction that adds `amount` to a counter field. */
export function plus(amount: number): CounterChange {
  return { plus: amount };
}

/** The instruction that appends `text` to a log field. */
export function append(text: string): LogChange {
  return { append: text };
}

/** Why the device refuses a change before anything is written; the words of the server's refusals where they are the same. */
export type WriteProblemCode =
  | Extract<
      ProblemCode,
      | "unknown_kind"
      | "unknown_field"
      | "wrong_type"
      | "missing_field"
      | "forbidden"
      | "forbidden_field"
      | "foreign_root"
      | "too_large"
    >
  | "too_long"
  | "too_small"
  | "too_great"
  | "not_a_choice"
  | "bad_id"
  /** Something new below a customer who is deleted: nobody would see it. */
  | "customer_removed";

/** One reason why a change was refused. */
export interface WriteProblem {
  readonly code: WriteProblemCode;
  readonly kind: string;
  readonly id: string;
  /** The field, "" where the whole record is meant. */
  readonly field: string;
  /** The limit that was broken (too_long, too_small, too_great). */
  readonly limit?: number;
}

/** What became of a write: saved on the device for good, or refused with every reason at once and nothing written. */
export type WriteResult =
  | { readonly saved: true /** The numbers of the edits now waiting to be sent. */; readonly edits: readonly number[] }
  | { readonly saved: false; readonly problems: readonly WriteProblem[] };

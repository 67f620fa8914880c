/** What the field `deleted` says, in words: whoever reads it asks what became of the record, not yes or no. */
import { m } from "./words.svelte";

/** The field of every kind by which a record is removed and brought back. */
export const REMOVAL = "deleted";

/** What an edit did. */
export const removalText = (value: unknown): string => (value === true ? m.fields_removed() : m.fields_brought_back());

/** What an edit was to do. */
export const removalWish = (value: unknown): string =>
  value === true ? m.fields_to_remove() : m.fields_to_bring_back();

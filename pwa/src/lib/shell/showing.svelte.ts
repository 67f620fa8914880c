/** Values of any record in this reader's writing; the names of what they point to come from the device. */
import { m, reader } from "#lib/i18n";
import { showValue } from "#lib/i18n/values";
import { live } from "#lib/store/live.svelte";
import type { RecordRef } from "#lib/store/queries/record";
import { ENTITY_TYPES, type FieldType, type Kind } from "$sync/schema.gen";

/** Writes values. */
export interface Shows {
  /** The value of a field, "" for nothing. `currency`: what the record's sums are in. */
  value(kind: Kind, field: FieldType, value: unknown, currency: string): string;
  /** What a record is called; null while that is not known. */
  nameOf(kind: string, id: string): string | null;
}

/** A field of a kind by its name; one that only a newer version knows as one of any type. */
export const fieldOf = (kind: Kind, name: string): FieldType =>
  ENTITY_TYPES[kind].fields[name] ?? { name, type: "any" };

/** Shows values that point to `refs`. Call it while a component is being made, below `provideStore`. */
export function useShowing(refs: () => readonly RecordRef[]): Shows {
  const labels = live(() => (refs().length === 0 ? null : ["record.labels", { refs: refs() }]));
  const nameOf = (_kind: string, id: string) => labels.current?.[id] ?? null;
  return {
    nameOf,
    value: (kind, field, value, currency) =>
      showValue(kind, field, value, { reader, currency, nameOf, yes: m.common_yes(), no: m.common_no() }),
  };
}

/** Values of any record in this reader's writing; the names of what they point to come from the device. */
import { formOf } from "#lib/domain/visit-form";
import { m, reader } from "#lib/i18n";
import { showValue } from "#lib/i18n/values";
import { live } from "#lib/store/live.svelte";
import type { RecordRef } from "#lib/store/queries/record";
import { ENTITY_TYPES, type FieldType, type Kind } from "$sync/schema.gen";
import { showEntry } from "./form/answer-text";

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

/**
 * Shows values that point to `refs`; with `isVisit` also the answers of a visit in the words of their forms. Call it while a component
 * is being made, below `provideStore`.
 */
export function useShowing(refs: () => readonly RecordRef[], isVisit: () => boolean = () => false): Shows {
  const records = live(() => (isVisit() ? ["visit_form.list", {}] : null));
  const forms = $derived((records.current ?? []).map(formOf));
  const labels = live(() => (refs().length === 0 ? null : ["record.labels", { refs: refs() }]));
  const nameOf = (_kind: string, id: string) => labels.current?.[id] ?? null;
  return {
    nameOf,
    value(kind, field, value, currency) {
      const showing = { reader, currency, nameOf, yes: m.common_yes(), no: m.common_no() };
      if (kind !== "visit" || field.name !== "answers" || !Array.isArray(value))
        return showValue(kind, field, value, showing);
      return value.map((entry) => showEntry(String(entry), forms, showing)).join("\n");
    },
  };
}

/** Values of any record in this reader's writing; the names of what they point to come from the device. */
import { customFieldsOf } from "#lib/domain/custom-field";
import { formOf, labelIn } from "#lib/domain/visit-form";
import { m, reader } from "#lib/i18n";
import { fieldLabel } from "#lib/i18n/fields";
import { REMOVAL, removalText } from "#lib/i18n/removal-words";
import { showValue } from "#lib/i18n/values";
import { live } from "#lib/store/live.svelte";
import type { RecordRef } from "#lib/store/queries/record";
import { ENTITY_TYPES, type FieldType, type Kind } from "$sync/schema.gen";
import { customFieldIn, showCustom } from "./custom-words";
import { showEntry } from "./form/answer-text";
import { settingName } from "./setting-words";

type Values = Readonly<Record<string, unknown>>;
type Words = typeof import("./record/words");

/** Kinds with values that have words of their own; those come when the first of them is written. */
const TOLD: ReadonlySet<Kind> = new Set([
  "visit_form",
  "custom_field",
  "holiday",
  "saved_list",
  "setting",
  "person",
  "file",
]);
let words = $state.raw<Words | null>(null);
let asked = false;

function wordsFor(kind: Kind): Words | null {
  if (TOLD.has(kind) && !asked) {
    asked = true;
    import("./record/words").then(
      (found) => {
        words = found;
      },
      () => {
        asked = false;
      },
    );
  }
  return TOLD.has(kind) ? words : null;
}

/** Writes values. */
export interface Shows {
  /** The value of a field, "" for nothing. `currency`: what the record's sums are in; `about`: other values of the record. */
  value(kind: Kind, field: FieldType, value: unknown, currency: string, about?: Values): string;
  /** What the field is called; the value of a custom field as that field is. */
  label(kind: Kind, name: string, about?: Values): string;
  /** The label of the custom field that a value belongs to, "" for anything else. */
  custom(kind: string, about: Values): string;
  /** What a record is called; null while that is not known. */
  nameOf(kind: string, id: string): string | null;
}

/** A field of a kind by its name; one that only a newer version knows as one of any type. */
export const fieldOf = (kind: Kind, name: string): FieldType =>
  ENTITY_TYPES[kind].fields[name] ?? { name, type: "any" };

/**
 * Shows values that point to `refs`; with `isVisit` also the answers of a visit in the words of their forms, with `isCustom` what is
 * kept in custom fields in the words of those. Call it while a component is being made, below `provideStore`.
 */
export function useShowing(
  refs: () => readonly RecordRef[],
  isVisit: () => boolean = () => false,
  isCustom: () => boolean = () => false,
): Shows {
  const records = live(() => (isVisit() ? ["visit_form.list", {}] : null));
  const forms = $derived((records.current ?? []).map(formOf));
  const customs = live(() => (isCustom() ? ["custom_field.list", {}] : null));
  const fields = $derived(customFieldsOf(customs.current ?? []));
  const customOf = (kind: string, about: Values = {}) => customFieldIn(fields, kind, about);
  const customLabel = (kind: string, about?: Values) => {
    const custom = customOf(kind, about);
    return custom === null ? "" : labelIn(custom, reader.locale);
  };
  const labels = live(() => (refs().length === 0 ? null : ["record.labels", { refs: refs() }]));
  const nameOf = (_kind: string, id: string) => labels.current?.[id] ?? null;
  return {
    nameOf,
    custom: customLabel,
    label(kind, name, about) {
      if (kind === "setting" && name === "value" && typeof about?.name === "string") return settingName(about.name);
      const custom = customOf(kind, about);
      return custom?.type === name ? customLabel(kind, about) : fieldLabel(kind, name);
    },
    value(kind, field, value, currency, about) {
      if (field.name === REMOVAL) return removalText(value);
      const showing = { reader, currency, nameOf, yes: m.common_yes(), no: m.common_no() };
      const custom = customOf(kind, about);
      const shown = custom === null ? null : showCustom(custom, field.name, value, showing);
      if (shown !== null) return shown;
      const told = wordsFor(kind)?.tellValue(kind, field.name, value, about ?? {}, showing) ?? null;
      if (told !== null) return told;
      if (kind !== "visit" || field.name !== "answers" || !Array.isArray(value))
        return showValue(kind, field, value, showing);
      return value.map((entry) => showEntry(String(entry), forms, showing)).join("\n");
    },
  };
}

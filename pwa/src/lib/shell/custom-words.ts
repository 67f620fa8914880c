/** Custom values in the words of their custom field: its label in place of their kind's, its choices in place of their ids. */
import { type CustomField, type CustomValue, questionOf } from "#lib/domain/custom-field";
import type { Showing } from "#lib/i18n/values";
import { showAnswer } from "./form/answer-text";

/** The custom field that values of a record belong to; null for other kinds, and where this device does not know the field. */
export function customFieldIn(
  fields: readonly CustomField[],
  kind: string,
  values: Readonly<Record<string, unknown>>,
): CustomField | null {
  if (kind !== "custom_value") return null;
  return fields.find(({ id }) => id === values.custom_field) ?? null;
}

/** Writes what somebody has in a custom field; null for what is not of its type, which its kind's field can tell. */
export function showCustom(field: CustomField, name: string, value: unknown, showing: Showing): string | null {
  if (name !== field.type || (typeof value === "object" && value !== null && !Array.isArray(value))) return null;
  return showAnswer(questionOf(field), (value ?? null) as CustomValue, showing);
}

/** Which customer and which custom field it is, is told by where it stands. */
export const CUSTOM_KEYS: readonly string[] = ["customer", "custom_field"];

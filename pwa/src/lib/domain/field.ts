/** Fields as forms handle them: what a person types becomes a value of the field's type, or a reason why not. */
import { asciiDigits, localDigits } from "#lib/i18n/digits";
import { minorDigits } from "#lib/i18n/format";
import type { Locale } from "#lib/i18n/locales";
import type { FieldType } from "$sync/schema.gen";
import { inputFromNumber, type NumberProblem, numberFromInput } from "./typed-number";

/** Why something typed cannot be saved. */
export type FieldProblem =
  | { readonly code: "required" }
  | { readonly code: "too_long"; readonly limit: number }
  | NumberProblem
  | { readonly code: "not_a_day"; readonly example: string }
  | { readonly code: "not_an_email" }
  | { readonly code: "not_a_link" };

/** A value ready to be saved (null clears the field), or why not. */
export type Typed =
  | { readonly valid: true; readonly value: string | number | null }
  | { readonly valid: false; readonly problem: FieldProblem };

const valid = (value: string | number | null): Typed => ({ valid: true, value });
const invalid = (problem: FieldProblem): Typed => ({ valid: false, problem });

/** Which control a field is edited with. */
export type Control =
  | "line"
  | "paragraph"
  | "number"
  | "money"
  | "day"
  | "hours"
  | "choice"
  | "reference"
  | "tags"
  | "switch"
  | "shown";

/** A line is at most this long; what may be longer gets a field of several lines. */
const LONGEST_LINE = 500;

/** Tells whether this reader is sent the field at all (SPEC R35): a form has no row for what nobody can know. */
export function isOpen(field: FieldType, isManager: boolean): boolean {
  return isManager || field.hidden !== true;
}

/** The control of a field; `shown` for what a form only shows: instants, the server's fields, and lists. */
export function controlOf(field: FieldType, isManager: boolean): Control {
  if (field.server === true || (field.manager === true && !isManager)) return "shown";
  switch (field.type) {
    case "choice":
      return "choice";
    case "set":
      return "tags";
    case "boolean":
      return "switch";
    case "integer":
      if (field.unit === "ms") return "shown";
      return field.unit === "money" ? "money" : "number";
    case "text":
      if (field.ref !== undefined) return "reference";
      if (field.unit === "day") return "day";
      if (field.unit === "opening_hours") return "hours";
      return (field.max_length ?? 0) > LONGEST_LINE ? "paragraph" : "line";
    default:
      return "shown";
  }
}

/** How many decimal places a number of this field is typed with, as a power of ten. */
function placesOf(field: FieldType, currency: string): number {
  if (field.unit === "money") return minorDigits(currency);
  return field.unit === "microdegree" ? 6 : 0;
}

/** What stands in the input for a value. */
export function inputFromValue(
  field: FieldType,
  value: string | number | null | undefined,
  currency: string,
  locale: Locale,
): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return field.unit === "phone" ? localDigits(value, locale) : value;
  return inputFromNumber(value, placesOf(field, currency), locale);
}

/** Reads what was typed, numbers as a reader of `locale` means them. */
export function valueFromInput(field: FieldType, typed: string, currency: string, locale: Locale): Typed {
  const text = typed.normalize("NFC").trim();
  if (text === "") return field.nullable === true ? valid(null) : invalid({ code: "required" });
  if (field.type === "integer") return numberFromInput(text, { ...field, digits: placesOf(field, currency) }, locale);
  // The limit counts what the server counts: code points.
  if (field.max_length !== undefined && Array.from(text).length > field.max_length)
    return invalid({ code: "too_long", limit: field.max_length });
  if (field.unit === "email" && !/^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(text)) return invalid({ code: "not_an_email" });
  if (field.unit === "url" && !/^https?:\/\/[^\s/]+/i.test(text)) return invalid({ code: "not_a_link" });
  // Kept as every dialler, table and register takes it; each reader is shown his own digits.
  if (field.unit === "phone") return valid(asciiDigits(text));
  return valid(field.unit === "country" || field.unit === "currency" ? text.toUpperCase() : text);
}

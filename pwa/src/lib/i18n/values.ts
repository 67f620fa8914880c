/** Values of fields as a reader sees them: choices in words, money in its currency, days in his calendar. */
import type { FieldType } from "$sync/schema.gen";
import { choiceLabel } from "./choices";
import { localDigits } from "./digits";
import * as format from "./format";
import { dateFormat } from "./formatters";
import { type Reader, tagOf } from "./locales";
import { showHours } from "./opening-hours-words";

/** What showing a value needs beside it. */
export interface Showing {
  readonly reader: Reader;
  /** The money that the record's sums are in. */
  readonly currency: string;
  /** The name of a record that a reference points to; null where it is not known. */
  readonly nameOf: (kind: string, id: string) => string | null;
  readonly yes: string;
  readonly no: string;
}

/** Writes the value of a field; "" for nothing. A value of an unexpected type is written as it is. */
export function showValue(kind: string, field: FieldType, value: unknown, showing: Showing): string {
  if (value === null || value === undefined || value === "") return "";
  const { reader } = showing;
  if (typeof value === "boolean") return value ? showing.yes : showing.no;
  if (Array.isArray(value))
    return format.list(
      value.map((item) => showItem(item, showing)),
      reader,
    );
  if (typeof value === "number") return showNumber(field, value, showing);
  if (typeof value !== "string") return JSON.stringify(value);
  if (field.type === "choice") return choiceLabel(kind, field.name, value);
  if (field.ref !== undefined) return showing.nameOf(field.ref, value) ?? "…";
  switch (field.unit) {
    case "day":
      return /^\d{4}-\d{2}-\d{2}$/.test(value) ? format.day(value, reader, { year: true }) : value;
    case "phone":
      return localDigits(value, reader.locale);
    case "country":
      return named(reader, "region", value);
    case "currency":
      return named(reader, "currency", value);
    case "opening_hours":
      return showHours(value, reader);
    case "strokes":
      return "✍"; // drawn where there is room for it
    default:
      return value;
  }
}

/** An element of a set, a line of a log, or a line of an order: `12 × Rye flour`. */
function showItem(item: unknown, { reader, nameOf }: Showing): string {
  if (typeof item !== "object" || item === null) return String(item);
  const { product, quantity, label } = item as Readonly<Record<string, unknown>>;
  if (typeof label === "string") return label; // a question of a visit form
  if (typeof product !== "string" || typeof quantity !== "number") return JSON.stringify(item);
  return format.isolated(`${format.number(quantity, reader)} × ${nameOf("product", product) ?? "…"}`);
}

function showNumber(field: FieldType, value: number, { reader, currency }: Showing): string {
  switch (field.unit) {
    case "money":
      return format.money(value, currency, reader);
    case "percent":
      return format.percent(value / 100, reader);
    case "microdegree":
      return `${format.number(value / 1e6, reader, { maximumFractionDigits: 6 })}°`;
    case "metre":
      return format.distance(value, reader);
    case "ms":
      return `${format.day(value, reader, { year: true })}, ${format.time(value, reader)}`;
    default:
      return format.number(value, reader);
  }
}

/** A country's name in the reader's language. */
export const regionName = (code: string, reader: Reader): string => named(reader, "region", code);

/** A language's name in the reader's own: `Polish`, `польский`. */
export const languageName = (code: string, reader: Reader): string => named(reader, "language", code);

/** Zones had other rules, and so other names, in 1970. */
const RECENT_MS = Date.UTC(2026, 0, 1);

/** A time zone in the reader's language: `Central European Time`, `وقت ایران`; its IANA name where the browser does not know it. */
export function zoneName(zone: string, reader: Reader): string {
  try {
    const shown = dateFormat(tagOf(reader), { timeZone: zone, timeZoneName: "longGeneric" });
    return shown.formatToParts(RECENT_MS).find(({ type }) => type === "timeZoneName")?.value ?? zone;
  } catch {
    return zone;
  }
}

function named(reader: Reader, type: "region" | "currency" | "language", code: string): string {
  try {
    return new Intl.DisplayNames(tagOf(reader), { type }).of(code) ?? code;
  } catch {
    return code; // not a code at all
  }
}

/** The year of a day in the reader's calendar: `2019`, `۱۳۹۸`. */
export function yearOf(day: string, reader: Reader): string {
  const shown = dateFormat(tagOf(reader), { year: "numeric", timeZone: "UTC" });
  return shown
    .formatToParts(Date.parse(`${day}T12:00:00Z`))
    .filter((part) => part.type === "year")
    .map((part) => part.value)
    .join("");
}

/** A sum without its fraction, for a tile or a hint that names only its size. */
export function wholeMoney(minor: number, currency: string, reader: Reader): string {
  const unit = 10 ** format.minorDigits(currency);
  return format.money(Math.round(minor / unit) * unit, currency, reader);
}

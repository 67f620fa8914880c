/** Numbers as a person types them: `1 240,50`, `1,240.5`, `۱٬۲۴۰٫۵`; never rounded, and asked about where two are meant as often. */
import { asciiDigits, localDigits } from "#lib/i18n/digits";
import type { Locale } from "#lib/i18n/locales";

/** Why what was typed is no number that the field takes. */
export type NumberProblem =
  | { readonly code: "not_a_number" }
  | { readonly code: "too_precise"; readonly digits: number }
  | { readonly code: "two_readings"; readonly grouped: number; readonly decimal: number }
  | { readonly code: "out_of_range"; readonly low: number; readonly high: number };

/** A number in units of its last decimal place, or why there is none. */
export type TypedNumber =
  | { readonly valid: true; readonly value: number }
  | { readonly valid: false; readonly problem: NumberProblem };

/** What a number may be: its decimal places, and the bounds in units of the last one. */
export interface NumberRange {
  readonly digits: number;
  readonly minimum?: number | null | undefined;
  readonly maximum?: number | null | undefined;
}

/** The signs of a language: the decimal sign it is written with, and of comma and point the one that parts decimals, and groups. */
interface Signs {
  readonly written: string;
  readonly decimal: string;
  /** Null where neither is a sign of groups: those are parted by spaces. */
  readonly group: string | null;
}
const POINT: Signs = { written: ".", decimal: ".", group: "," };
const COMMA: Signs = { written: ",", decimal: ",", group: null };
const SIGNS: Readonly<Record<Locale, Signs>> = {
  en: POINT,
  zh: POINT,
  fa: { ...POINT, written: "٫" },
  ru: COMMA,
  pl: COMMA,
};

const invalid = (problem: NumberProblem): TypedNumber => ({ valid: false, problem });
const NOT_A_NUMBER = invalid({ code: "not_a_number" });

/** Reads a number that is not empty, in the digits of any language and as a reader of `locale` means its signs (decision 0261). */
export function numberFromInput(text: string, range: NumberRange, locale: Locale): TypedNumber {
  const [, minus = "", unsigned = ""] = /^([-−–]?)\s*(.*)$/s.exec(plain(text)) ?? [];
  const parts = partsOf(unsigned, SIGNS[locale]);
  if (parts === null) return NOT_A_NUMBER;
  const read = (whole: string, decimals: string) => inRange(minus !== "", whole, decimals, range);
  const { whole, decimals, isDoubtful } = parts;
  const decimal = read(whole, decimals);
  const grouped = isDoubtful && decimal.valid ? read(whole + decimals, "") : NOT_A_NUMBER;
  if (!decimal.valid || !grouped.valid) return decimal;
  const scale = 10 ** range.digits;
  return invalid({ code: "two_readings", grouped: grouped.value / scale, decimal: decimal.value / scale });
}

/** In ASCII digits, without the marks of direction that come with what is pasted; every sign of groups alone is a space. */
const plain = (text: string): string =>
  asciiDigits(text.normalize("NFKC"))
    .replace(/\p{Cf}/gu, "")
    .trim()
    .replaceAll("،", ",")
    .replace(/[\s٬'’_]/g, " ");

interface Parts {
  readonly whole: string;
  readonly decimals: string;
  /** What stands before three digits is no sign of groups in this language, and is one in others. */
  readonly isDoubtful: boolean;
}

function partsOf(text: string, signs: Signs): Parts | null {
  const at = decimalAt(text, signs);
  const [whole, decimals] = at === null ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
  if (at !== null && !/^\d+$/.test(decimals)) return null;
  const digits = at !== null && whole === "" ? "0" : ungrouped(whole);
  if (digits === null) return null;
  const isDoubtful = at !== null && text[at] !== signs.decimal && text[at] !== "٫" && isGroups(text, text[at] ?? "");
  return { whole: digits, decimals, isDoubtful };
}

/** Where the decimals begin; null where all is whole. */
function decimalAt(text: string, { decimal, group }: Signs): number | null {
  const places = [...text].flatMap((sign, at) => (/[.,٫]/.test(sign) ? at : []));
  const last = places.at(-1);
  if (last === undefined) return null;
  const sign = text[last] ?? "";
  const isAlone = text.indexOf(sign) === last;
  // Several of a kind are groups; one that comes after signs of another kind is not.
  if (!isAlone) return isGroups(text, sign) ? null : last;
  if (sign === "٫" || places.length > 1 || text.includes(" ") || sign === decimal) return last;
  return sign === group && isGroups(text, sign) ? null : last;
}

/** Whether all of a number is parted by one sign into three digits each, behind one to three that do not begin with zero. */
const isGroups = (text: string, sign: string): boolean => {
  const [first = "", ...others] = text.split(sign);
  return others.length > 0 && /^[1-9]\d{0,2}$/.test(first) && others.every((group) => /^\d{3}$/.test(group));
};

/** The digits of a whole number; null where it is none. */
function ungrouped(whole: string): string | null {
  if (/^\d+$/.test(whole)) return whole;
  const sign = [" ", ".", ","].find((one) => isGroups(whole, one));
  return sign === undefined ? null : whole.replaceAll(sign, "");
}

function inRange(isNegative: boolean, whole: string, decimals: string, range: NumberRange): TypedNumber {
  const { digits, minimum, maximum } = range;
  const told = decimals.replace(/0+$/, "");
  if (told.length > digits) return invalid({ code: "too_precise", digits });
  const size = Number(whole + told.padEnd(digits, "0"));
  const value = isNegative && size !== 0 ? -size : size;
  const [low, high] = [minimum ?? Number.MIN_SAFE_INTEGER, maximum ?? Number.MAX_SAFE_INTEGER];
  if (value < low || value > high)
    return invalid({ code: "out_of_range", low: low / 10 ** digits, high: high / 10 ** digits });
  return { valid: true, value };
}

/** A number of units of its last decimal place as a reader types it: `3.5`, `3,5`, `۳٫۵` for 35 with one digit. */
export function inputFromNumber(value: number, digits: number, locale: Locale): string {
  const text = digits === 0 ? String(value) : (value / 10 ** digits).toFixed(digits).replace(/\.?0+$/, "");
  return localDigits(text.replace(".", SIGNS[locale].written), locale);
}

/**
 * A number or a sum as it was answered. It keeps the decimals and the currency that it was given in (docs/decisions/0281), so that it
 * stays what it was whatever question and customer become. Bare numbers are from before: those are read as they are asked for today.
 */
import type { Answer } from "./answer";

/** A number in units of its last decimal place; a sum has a currency. */
export interface GivenNumber {
  readonly value: number;
  readonly digits: number;
  readonly currency: string | null;
}

const WRITTEN = /^(-?)(\d{1,16})(?:\.(\d{1,4}))?(?: ([A-Z]{3}))?$(?!\n)/;

/** As it stands in an answer: `4.5`, `1250.50 EUR`. */
export function writeNumber({ value, digits, currency }: GivenNumber): string {
  const units = String(Math.abs(value)).padStart(digits + 1, "0");
  const at = units.length - digits;
  const text = `${value < 0 ? "-" : ""}${units.slice(0, at)}${digits === 0 ? "" : `.${units.slice(at)}`}`;
  return currency === null ? text : `${text} ${currency}`;
}

/** Reads what `writeNumber` has written; null for what is none. */
export function readNumber(text: string): GivenNumber | null {
  const [all, minus, whole = "", decimals = "", currency = null] = WRITTEN.exec(text) ?? [];
  if (all === undefined) return null;
  const size = Number(whole + decimals);
  if (!Number.isSafeInteger(size)) return null;
  return { value: minus === "-" && size !== 0 ? -size : size, digits: decimals.length, currency };
}

/** The number that an answer is, a bare one as `today` has it; null where it is none. */
export function givenNumber(answer: Answer | undefined, today: Omit<GivenNumber, "value">): GivenNumber | null {
  if (typeof answer === "number") return { ...today, value: answer };
  return typeof answer === "string" ? readNumber(answer) : null;
}

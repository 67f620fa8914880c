/** Digits of the five languages: what is typed in any of them, and what is shown in the reader's own. */
import type { Locale } from "./locales";

/** Arabic, Persian and full-width digits; the last four bits of each are its value. */
const OTHERS = /[٠-٩۰-۹０-９]/g;
const PERSIAN_ZERO = "۰".charCodeAt(0);

/** The text with ASCII digits, everything else as it was. */
export const asciiDigits = (text: string): string => text.replace(OTHERS, (digit) => String(digit.charCodeAt(0) & 0xf));

/** The text with the digits of a language: for phone numbers and for what stands in an input, not for codes. */
export function localDigits(text: string, locale: Locale): string {
  const ascii = asciiDigits(text);
  if (locale !== "fa") return ascii;
  return ascii.replace(/\d/g, (digit) => String.fromCharCode(PERSIAN_ZERO + Number(digit)));
}

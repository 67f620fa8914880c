/**
 * What has been typed into a search, as the words that a text must contain (SPEC R71, R72).
 *
 * A word of five digits or more is a number: only its digits count, here and in the text, whatever stands between them.
 */
import { normalise, normalisePhone } from "$sync/normalise.ts";

/** Digits and what people write between them. */
const DIGITS = /^[\d\s()+./\u0660-\u0669\u06f0-\u06f9-]+$/;
/** So many digits are one number, and no longer a house number or two. */
const NUMBER_DIGITS = 5;
/** So many may be a telephone number as a whole. */
const TELEPHONE_DIGITS = 9;
const NUMBER = new RegExp(`^[0-9]{${NUMBER_DIGITS},}$`);
/** A Russian number: 7 from abroad and 8 at home, then ten digits. */
const RUSSIAN = /^[78](\d{10})$/;

/** The Persian half-space. Folded, it is gone (SPEC R70); whoever types it may mean a name with a space there. */
const HALF_SPACE = /\u200c/g;

/** Tells whether only the digits of a word count, and in a text only those, without the spaces between them. */
export const isNumber = (word: string): boolean => NUMBER.test(word);

/** Returns the words that a text must contain, each one somewhere; a half-space parts them as a space does. */
export function wordsOf(search: string): string[] {
  const digits = DIGITS.test(search.trim()) ? normalisePhone(search) : "";
  return isNumber(digits) ? [withoutTrunk(digits)] : distinct(normalise(search.replace(HALF_SPACE, " ")).split(" "));
}

/**
 * Returns the ways to read a search, the likeliest first, each the words that a text must contain. A number that begins with 0 is also
 * looked for without its zeros, because phone numbers are kept without them; however few digits have been typed yet. Several that are
 * together too short for a telephone number are looked for as one and each on its own.
 */
export function waysOf(search: string): readonly (readonly string[])[] {
  const words = wordsOf(search);
  if (words.length === 0) return [];
  if (!DIGITS.test(search.trim())) return [words];
  const ways = [words];
  const phone = normalisePhone(search);
  const digits = withoutTrunk(phone);
  if (normalise(search).startsWith("0") && digits !== "" && digits !== words.join(" ")) ways.push([digits]);
  if (isNumber(phone) && phone.length < TELEPHONE_DIGITS && /\s/.test(search.trim())) ways.push(eachOf(search));
  return ways;
}

function eachOf(search: string): string[] {
  const groups = search.split(/\s+/).map((one) => normalise(one));
  return distinct(
    groups.flatMap((group) => {
      const digits = group.replaceAll(" ", "");
      return isNumber(digits) ? [digits] : group.split(" ");
    }),
  );
}

const distinct = (words: readonly string[]): string[] => [...new Set(words)].filter((word) => word !== "");

/** Returns what the digits of a phone number have in common however a Russian one begins. */
export const withoutTrunk = (digits: string): string => digits.replace(RUSSIAN, "$1");

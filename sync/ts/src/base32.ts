/**
 * Order-preserving text for numbers: base 32 with the digits 0-9 and a-v (SPEC R1).
 * Fixed width and ASCII order make string comparison equal to number comparison, in SQL too.
 */

export const DIGITS = "0123456789abcdefghijklmnopqrstuv";

/** Returns `number` as exactly `width` digits; RangeError if it is no whole number, negative or does not fit. */
export function encode(number: number, width: number): string {
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${number} does not go into base-32 digits`);
  let text = "";
  let rest = number;
  for (let at = 0; at < width; at++) {
    const digit = rest % 32;
    text = DIGITS.charAt(digit) + text;
    rest = (rest - digit) / 32;
  }
  if (rest > 0) throw new RangeError(`${number} does not fit into ${width} base-32 digits`);
  return text;
}

/** Returns the number that `text` writes, at most 2^53 - 1; RangeError on a foreign digit or a greater number. */
export function decode(text: string): number {
  let number = 0;
  for (let at = 0; at < text.length; at++) number = number * 32 + valueOfDigit(text.charCodeAt(at));
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is above 2^53 - 1`);
  return number;
}

/** Returns the value, 0 to 31, of one digit given by its character code; RangeError on a foreign one. */
export function valueOfDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x76) return code - 0x57;
  throw new RangeError(`${JSON.stringify(String.fromCharCode(code))} is no base-32 digit`);
}

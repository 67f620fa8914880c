/**
 * Text normaliser for search and sorting (SPEC R70-R74): one folding for every script, the same in both languages.
 *
 * Latin loses its accents, Cyrillic ё and й their marks, Arabic letters become the Persian ones, every digit an ASCII
 * one; case, joiners, tatweel and vowel signs go; anything else that is no letter or digit becomes one space.
 */

const LETTERS: { readonly [letter: string]: string } = {
  ł: "l",
  đ: "d",
  ø: "o",
  æ: "ae",
  œ: "oe",
  ß: "ss",
  þ: "th",
  ð: "d",
  ı: "i",
  ħ: "h",
  ς: "σ",
  ي: "ی",
  ى: "ی",
  ئ: "ی",
  ك: "ک",
  ة: "ه",
  ە: "ه",
  ہ: "ه",
  ھ: "ه",
  ؤ: "و",
  أ: "ا",
  إ: "ا",
  آ: "ا",
  ٱ: "ا",
};
const FOLDED = /[łđøæœßþðıħςيىئكةەہھؤأإآٱ٠-٩۰-۹०-९]/g;
const REMOVED = /[\u0300-\u036f\u064b-\u065f\u0670\u06d6-\u06ed]/g;
const DROPPED = /[\u0640\u200b-\u200f'\u2019\u02bc\u0621]/g;
const OTHERS =
  /[^0-9a-z\u00df-\u024f\u0370-\u03ff\u0400-\u052f\u0590-\u05ff\u0620-\u0669\u066e-\u06d3\u06d5-\u06ff\u0900-\u0dff\u0e00-\u0eff\u10a0-\u11ff\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\u{20000}-\u{3134f}]+/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/;
const ASCII_OTHERS = /[^0-9a-z]+/g;
const NOT_DIGITS = /[^0-9]+/g;
const SORT_LETTERS: { readonly [letter: string]: string } = {
  پ: "ب\uffff",
  چ: "ج\uffff",
  ژ: "ز\uffff",
  ک: "ق\uffff",
  گ: "ق\uffff\uffff",
  و: "ن\uffff",
  ه: "ه\uffff",
  ی: "ه\uffff\uffff",
};
const SORTED = /[پچژکگوهی]/g;

function foldLetter(letter: string): string {
  const folded = LETTERS[letter];
  if (folded !== undefined) return folded;
  const code = letter.charCodeAt(0);
  return String(code - (code >= 0x966 ? 0x966 : code >= 0x6f0 ? 0x6f0 : 0x660));
}

/** Returns `text` folded for searching: words of letters and digits with one space between (SPEC R70). */
export function normalise(text: string): string {
  if (ASCII.test(text)) return text.replaceAll("'", "").toLowerCase().replace(ASCII_OTHERS, " ").trim();
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(REMOVED, "")
    .replace(DROPPED, "")
    .replace(FOLDED, foldLetter)
    .normalize("NFKC")
    .replace(OTHERS, " ")
    .trim();
}

/** Returns the ASCII digits of a phone number, in order, without its leading zeros (SPEC R72). */
export function normalisePhone(text: string): string {
  const ascii = ASCII.test(text) ? text : text.normalize("NFKC").replace(FOLDED, foldLetter);
  return ascii.replace(NOT_DIGITS, "").replace(/^0+/, "");
}

/**
 * Returns a key that sorts names by alphabet under plain code point order (SPEC R74).
 *
 * Persian letters that Unicode put after the Arabic block take their place in the Persian alphabet; the folded text
 * comes first, the written one breaks ties, so that "Łódź" stands beside "Lodz" and always in the same place.
 */
export function sortKey(text: string): string {
  return `${normalise(text).replace(SORTED, (letter) => SORT_LETTERS[letter] as string)}\u0001${text}`;
}

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

/** Letters below this one are folded one by one: Latin, Greek, Cyrillic, Hebrew, Arabic. */
const FOLDED_SINGLY = 0x700;
const SPACE = 0x20;
const MARK = /\p{M}/u;
/** What each of them becomes, worked out when it is met first; null where it depends on what stands beside it. */
const foldedByCode: (readonly number[] | null | undefined)[] = new Array(FOLDED_SINGLY);
const letters = new Uint16Array(4096);

function foldWhole(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(REMOVED, "")
    .replace(DROPPED, "")
    .replace(FOLDED, foldLetter)
    .normalize("NFKC")
    .replace(OTHERS, " ");
}

function foldCode(code: number): readonly number[] | null {
  const letter = String.fromCharCode(code);
  const folded = MARK.test(letter.normalize("NFKD").replace(REMOVED, ""))
    ? null // marks that stay are put in order
    : Array.from(foldWhole(letter), (one) => one.charCodeAt(0));
  foldedByCode[code] = folded;
  return folded;
}

/** Folds letter by letter, several times as fast as the whole text in seven passes; null where that cannot be done. */
function foldSingly(text: string): string | null {
  let length = 0;
  let wasSpace = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= FOLDED_SINGLY) return null;
    const known = foldedByCode[code];
    const folded = known === undefined ? foldCode(code) : known;
    if (folded === null || length + folded.length > letters.length) return null;
    for (let part = 0; part < folded.length; part++) {
      const letter = folded[part] as number;
      const isSpace = letter === SPACE;
      if (!isSpace || !wasSpace) letters[length++] = letter;
      wasSpace = isSpace;
    }
  }
  if (wasSpace && length > 0) length--;
  return String.fromCharCode.apply(null, letters.subarray(0, length) as unknown as number[]);
}

/** Returns `text` folded for searching: words of letters and digits with one space between (SPEC R70). */
export function normalise(text: string): string {
  return foldSingly(text) ?? foldWhole(text).trim();
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

const HAN = /^\p{Script=Han}/u;
const ARABIC = /^\p{Script=Arabic}/u;
const FIRST_LETTER = /[\p{L}\p{N}]/u;
const ZERO_WIDTH_NON_JOINER = "\u200c";
/** Words that join two names and say nothing themselves. */
const JOINING = new Set(["و", "i", "и", "and", "&", "y", "e", "und"]);

/**
 * One or two letters that stand for a name in an avatar: the first letters of its first two words, the first two characters
 * of a Chinese name. Persian letters are kept apart, as separate initials are written.
 */
export function initials(name: string): string {
  const words = name
    .normalize("NFC")
    .trim()
    .split(/[\s\u200c_-]+/u)
    .filter((word) => FIRST_LETTER.test(word));
  const first = words[0];
  if (first === undefined) return "?";
  if (HAN.test(first)) return Array.from(first).slice(0, 2).join("");
  const telling = words.filter((word, index) => index === 0 || !JOINING.has(word.toLowerCase()));
  const letters = telling.slice(0, 2).map((word) => (FIRST_LETTER.exec(word)?.[0] ?? "").toUpperCase());
  return letters.join(ARABIC.test(first) ? ZERO_WIDTH_NON_JOINER : "");
}

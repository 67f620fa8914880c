/** Snippets: the place in a long text where what was searched for stands, as a list has room for it. */
import { normalise } from "$sync/normalise.ts";
import { isNumber } from "./search-words.ts";

/** Letters shown before the place, so that it is in sight on the narrowest screen. */
const BEFORE = 16;
/** A text of so many letters is in sight as a whole. */
const SHORT = 24;
/** Letters shown in all. */
const SHOWN = 120;
/** Letters looked through. */
const LOOKED = 4_000;

/**
 * Returns the text around the first of the folded words, on one line; its beginning where none is found. Of several ways to read what was
 * searched for the first decides whose words are found.
 */
export function snippet(text: string, ways: readonly (readonly string[])[]): string {
  const line = text.slice(0, LOOKED).replace(/\s+/g, " ").trim();
  const letters = [...line];
  const place = ways.map((words) => placeOf(letters, words)).find((found) => found !== null) ?? 0;
  if (place <= BEFORE || letters.length <= SHORT) return end(letters, 0);
  // From the beginning of a word, where there is one near.
  const space = letters.indexOf(" ", place - BEFORE);
  return `…${end(letters, space === -1 || space >= place ? place - BEFORE : space + 1)}`;
}

const end = (letters: readonly string[], from: number): string =>
  `${letters.slice(from, from + SHOWN).join("")}${from + SHOWN < letters.length ? "…" : ""}`;

/** Where the first of the words begins, null where none does. */
function placeOf(letters: readonly string[], words: readonly string[]): number | null {
  const starts = new Set(words.map((word) => word.slice(0, 1)));
  for (let at = 0; at < letters.length; at += 1) {
    if (!starts.has(firstOf(letters[at] ?? ""))) continue;
    for (const word of words) {
      // Twice as long, because folding drops marks and joiners.
      const folded = normalise(letters.slice(at, at + 2 * word.length + 2).join(""));
      if ((isNumber(word) ? folded.replaceAll(" ", "") : folded).startsWith(word)) return at;
    }
  }
  return null;
}

/** What each letter's folding begins with, worked out when it is met first. */
const firstByLetter = new Map<string, string>();

function firstOf(letter: string): string {
  const known = firstByLetter.get(letter);
  if (known !== undefined) return known;
  const first = normalise(letter).slice(0, 1);
  firstByLetter.set(letter, first);
  return first;
}

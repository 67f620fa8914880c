/** Likeness: how far two names are one, whoever wrote them and however. */
import { normalise } from "$sync/normalise.ts";

/** What only says which kind of firm it is, folded. */
const LEGAL_FORMS =
  /(?<=^| )(?:(?:sp|spolka) z ?o ?o|sp [jk]|s a|s c|sa|ltd|limited|llc|llp|plc|inc|gmbh|co|ооо|оао|зао|пао|ао|ип|شرکت|سهامی خاص)(?= |$)/gu;
const HAN_FORMS = /(?:股份有限公司|有限责任公司|有限公司|公司)$/u;

/** The Persian half-space, for which others write a space, or nothing. */
const HALF_SPACE = /\u200c/g;

/** Tells how alike two names are, from 0 to 1: in any order of words, without legal forms, forgiving a slip of the finger. */
export function likeness(a: string, b: string): number {
  const others = nameReadings(b);
  return Math.max(...nameReadings(a).flatMap((one) => others.map((other) => likenessOf(one, other))));
}

function likenessOf(one: readonly string[], other: readonly string[]): number {
  if (one.length === 0 || other.length === 0) return 0;
  // Branches of one firm are told apart by a number alone.
  const [numbers, others] = [one.filter(isNumber), other.filter(isNumber)];
  if (numbers.length > 0 && others.length > 0 && numbers.join() !== others.join()) return 0;
  const [pairs, left] = [pairsOf(one), pairsOf(other)];
  const all = pairs.length + left.length;
  let shared = 0;
  for (const pair of pairs) {
    const at = left.indexOf(pair);
    if (at === -1) continue;
    left.splice(at, 1);
    shared += 1;
  }
  return (2 * shared) / all;
}

const isNumber = (word: string): boolean => /^\d+$/.test(word);

/** A name's words in each way to write it: with a half-space they may be parted there, or not. */
export function nameReadings(name: string): string[][] {
  const parted = name.replace(HALF_SPACE, " ");
  return parted === name ? [nameWords(name)] : [nameWords(parted), nameWords(name)];
}

/** A name's words folded, without what only says which kind of firm it is, unless that is all there is. */
function nameWords(name: string): string[] {
  const folded = normalise(name);
  const rest = folded.replace(LEGAL_FORMS, "").replace(HAN_FORMS, "");
  return (rest.trim() === "" ? folded : rest).split(" ").filter((word) => word !== "");
}

/** Every two letters of each word that follow each other; its beginning counts as a letter. */
const pairsOf = (words: readonly string[]): string[] =>
  words.flatMap((word) => {
    const letters = [" ", ...word];
    return letters.slice(1).map((letter, at) => `${letters[at]}${letter}`);
  });

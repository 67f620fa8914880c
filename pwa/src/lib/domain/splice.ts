/** A text that was changed in one place, as a text is while somebody writes in it. */

/** What stood from `start` to `end` became `put`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly put: string;
}

const isHigh = (text: string, at: number) => /[\ud800-\udbff]/.test(text.charAt(at));
const isLow = (text: string, at: number) => /[\udc00-\udfff]/.test(text.charAt(at));

/** The smallest change that makes `after` of `before`; it never parts the halves of a character. */
export function spliceOf(before: string, after: string): Splice {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  if (start > 0 && isHigh(before, start - 1)) start -= 1;
  let tail = 0;
  while (tail < most - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  if (tail > 0 && isLow(before, before.length - tail)) tail -= 1;
  return { start, end: before.length - tail, put: after.slice(start, after.length - tail) };
}

/** Where in `after` somebody is who was at `at` in `before`. */
export function placeAfter(before: string, after: string, at: number): number {
  const { start, end, put } = spliceOf(before, after);
  if (at >= end) return at + after.length - before.length;
  return Math.min(at, start + put.length);
}

/**
 * `base` with what `theirs` and what `mine` changed in it. Where both changed the same, theirs comes first and mine behind it, and
 * once where one begins with the other: no word that was put in is lost.
 */
export function mergeWritten(base: string, theirs: string, mine: string): string {
  const [first, second] = [spliceOf(base, theirs), spliceOf(base, mine)];
  const isOnePlace = first.start === second.end && first.end === second.start;
  if (!isOnePlace && first.end <= second.start) return apply(apply(base, second), first);
  if (!isOnePlace && second.end <= first.start) return apply(apply(base, first), second);
  const start = Math.min(first.start, second.start);
  const end = Math.max(first.end, second.end);
  const sideOf = ({ start: from, end: to, put }: Splice) => base.slice(start, from) + put + base.slice(to, end);
  return apply(base, { start, end, put: oneAfterTheOther(sideOf(first), sideOf(second)) });
}

const apply = (text: string, { start, end, put }: Splice) => text.slice(0, start) + put + text.slice(end);

/** Letters of scripts that write without spaces need none between them. */
const NEEDS_SPACE = /^(?!\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Thai})[\p{L}\p{N}]$/u;

function oneAfterTheOther(one: string, other: string): string {
  if (one.startsWith(other)) return one;
  if (other.startsWith(one)) return other;
  const isJoined = NEEDS_SPACE.test([...one].at(-1) ?? "") && /^\S/u.test(other);
  return isJoined ? `${one} ${other}` : one + other;
}

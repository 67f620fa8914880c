/** Lists whose rows go where they are tapped: the second half of a double tap does not hit what has moved under the finger. */

/** A tap: when, where, and on what. */
export interface Tap {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly on: EventTarget | null;
}

/** Longer than the two halves of a double tap are apart, shorter than it takes to read what has moved there. */
const WITHIN_MS = 400;
const WITHIN_PX = 24;

/** Whether a tap was meant for what `before` hit. */
export const isSecondHalf = (before: Tap, { at, x, y, on }: Tap): boolean =>
  on !== before.on && at - before.at < WITHIN_MS && Math.hypot(x - before.x, y - before.y) < WITHIN_PX;

/** Attach it to what holds the rows. */
export function steady(list: HTMLElement): () => void {
  let before: Tap | null = null;
  const hear = (event: MouseEvent) => {
    if (event.detail === 0) return; // by a key, which follows the focus
    const on = event.target instanceof Element ? (event.target.closest("a, button") ?? event.target) : event.target;
    const tap = { at: event.timeStamp, x: event.clientX, y: event.clientY, on };
    const isMissed = before !== null && isSecondHalf(before, tap);
    before = isMissed && before !== null ? { ...tap, on: before.on } : tap;
    if (!isMissed) return;
    event.preventDefault();
    event.stopPropagation();
  };
  // A tap elsewhere, as on Undo, ends what was before it.
  const forget = ({ target }: MouseEvent) => {
    if (!(target instanceof Node && list.contains(target))) before = null;
  };
  list.addEventListener("click", hear, true);
  document.addEventListener("click", forget, true);
  return () => {
    list.removeEventListener("click", hear, true);
    document.removeEventListener("click", forget, true);
  };
}

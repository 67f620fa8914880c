/** What lies over the map, and what room is left beside it. */
import type { Padding } from "#lib/domain/map/view";

/** The parts of the screen that lie over the map. */
export interface Over {
  readonly top: Element;
  /** The row that begins with the legend and ends with the buttons; below it may be more, as wide as the map. */
  readonly foot: Element;
}

/**
 * The ways to keep clear of what lies over the map, each with `reach` pixels of air: above the row at its foot, or between what stands
 * in it, which suits a map that is wide and low.
 */
export function paddingsOf(map: Element, { top, foot }: Over, reach: number): Padding[] {
  const field = map.getBoundingClientRect();
  const row = foot.getBoundingClientRect();
  const ends = [foot.firstElementChild, foot.lastElementChild].flatMap((end) => end?.getBoundingClientRect() ?? []);
  const upper = top.getBoundingClientRect().bottom - field.top + reach;
  const above = { top: upper, right: reach, bottom: field.bottom - row.top + reach, left: reach };
  // In whichever direction one writes: the ends are where they are.
  const middle = (field.left + field.right) / 2;
  const isLeft = ({ left, right }: DOMRect) => (left + right) / 2 < middle;
  const left = Math.max(field.left, ...ends.filter(isLeft).map((end) => end.right));
  const right = Math.min(field.right, ...ends.filter((end) => !isLeft(end)).map((end) => end.left));
  const between = {
    top: upper,
    right: field.right - right + reach,
    bottom: field.bottom - row.bottom + reach,
    left: left - field.left + reach,
  };
  return [above, between];
}

/** The place among rows at which the one that was dragged stands: past the middle of a neighbour it takes that one's place. */
export function draggedTo(tops: readonly number[], from: number, pixels: number): number {
  const top = (tops[from] ?? 0) + pixels;
  if (pixels > 0) {
    const passed = tops.slice(from + 1).filter((other, at) => top > (other + (tops[from + at] ?? other)) / 2);
    return from + passed.length;
  }
  const passed = tops.slice(0, from).filter((other, at) => top < (other + (tops[at + 1] ?? other)) / 2);
  return from - passed.length;
}

/** How near an edge the list follows, and how far it goes a frame at most; in pixels. */
const EDGE = 64;
const FASTEST = 12;

/** How far what scrolls between `top` and `bottom` goes in a frame while the finger is at `y`: the nearer an edge, the faster. */
export function scrollSpeed(y: number, top: number, bottom: number): number {
  const edge = Math.min(EDGE, (bottom - top) / 3);
  const below = y - (bottom - edge);
  const above = top + edge - y;
  if (below > 0) return Math.ceil(Math.min(below / edge, 1) * FASTEST);
  return above > 0 ? -Math.ceil(Math.min(above / edge, 1) * FASTEST) : 0;
}

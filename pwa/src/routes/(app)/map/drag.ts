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

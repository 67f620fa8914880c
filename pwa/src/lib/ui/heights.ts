/**
 * Where every row of a long list begins, when rows differ in height: a Fenwick tree of heights. Finding the row at an
 * offset and changing one height both cost the logarithm of the length, so a list of 100 000 rows scrolls as one of ten.
 */
export class RowHeights {
  readonly #tree: Float64Array;
  readonly #heights: Float64Array;

  /** All rows begin with the estimate until they are measured. */
  constructor(
    readonly count: number,
    estimate: number,
  ) {
    this.#heights = new Float64Array(count).fill(estimate);
    this.#tree = new Float64Array(count + 1);
    for (let at = 1; at <= count; at += 1) this.#tree[at] = estimate * (at & -at);
  }

  get total(): number {
    return this.offsetOf(this.count);
  }

  heightOf(index: number): number {
    return this.#heights[index] ?? 0;
  }

  set(index: number, height: number): void {
    if (index < 0 || index >= this.count) return;
    const change = height - this.heightOf(index);
    if (change === 0) return;
    this.#heights[index] = height;
    for (let at = index + 1; at <= this.count; at += at & -at) this.#tree[at] = (this.#tree[at] ?? 0) + change;
  }

  /** The sum of the heights before a row. */
  offsetOf(index: number): number {
    let sum = 0;
    for (let at = Math.min(index, this.count); at > 0; at -= at & -at) sum += this.#tree[at] ?? 0;
    return sum;
  }

  /** The row that covers an offset; the nearest one outside the list, 0 for an empty list. */
  indexAt(offset: number): number {
    let at = 0;
    let left = offset;
    for (let step = 2 ** Math.floor(Math.log2(Math.max(1, this.count))); step >= 1; step /= 2) {
      const next = at + step;
      const weight = this.#tree[next] ?? 0;
      if (next <= this.count && weight <= left) {
        at = next;
        left -= weight;
      }
    }
    return Math.max(0, Math.min(at, this.count - 1));
  }
}

/** Closing the app: the browser asks before, while something is in its memory and nowhere else. */
let count = 0;
const ask = (event: Event) => event.preventDefault();

/** Counts what is held in memory alone, `change` more than before. */
export function holdInMemory(change: number): void {
  const before = count;
  count += change;
  if (before === 0 && count > 0) globalThis.addEventListener?.("beforeunload", ask);
  if (before > 0 && count === 0) globalThis.removeEventListener?.("beforeunload", ask);
}

/** What is half written in sheets, by what it is of: whoever opens one again finds it as he left it, on whatever page he was meanwhile. */
import { createContext } from "svelte";

/** Lives as long as the person's book is open, in memory alone: signing out forgets all of it. */
export class HalfWritten {
  readonly #written = new Map<string, object>();

  /**
   * What is written there; `of` names it, the record's id last. `nothing` is what stands there at first, and again in place of what
   * does not stay.
   */
  of<T extends object>(of: readonly string[], nothing: () => T, stays: (left: T) => boolean = () => true): T {
    const key = JSON.stringify(of);
    const left = this.#written.get(key) as T | undefined; // whoever names the same writes the same
    if (left !== undefined && stays(left)) return left;
    const written = $state(nothing());
    this.#written.set(key, written);
    return written;
  }
}

/** `provideHalfWritten` in the book, `useHalfWritten()` while a component below it is being made. */
export const [useHalfWritten, provideHalfWritten] = createContext<HalfWritten>();

/** What is half written in sheets, by what it is of: whoever opens one again finds it as he left it, on whatever page he was meanwhile. */
import { createContext } from "svelte";
import { keptByName } from "#lib/browser/remembered";

/** Words alone, by field. */
type Words<T> = { readonly [Field in keyof T]: string };

/** Of this tab's persons, until they sign out: a phone ends apps that are out of sight. */
const wordsOfTab = keptByName<object>("routebook.written");

/** Lives as long as the person's book is open, in memory except for `words`: signing out forgets all of it. */
export class HalfWritten {
  readonly #written = new Map<string, object>();
  readonly #person: string;

  constructor(person: string) {
    this.#person = person;
  }

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

  /** Words that are written there, as `of`: they are there again, too, when the tab was ended meanwhile, or loaded anew. */
  words<T extends Words<T>>(of: readonly string[], nothing: () => T): T {
    const key = JSON.stringify([this.#person, ...of]);
    const written = this.of(of, () => withWords(nothing(), wordsOfTab.get(key)));
    wordsOfTab.set(key, written);
    return written;
  }
}

/** The texts of `left` in the fields of `nothing`, which another version may have made. */
function withWords<T extends Words<T>>(nothing: T, left: object = {}): T {
  const texts = Object.entries(left).filter(([field, text]) => field in nothing && typeof text === "string");
  return { ...nothing, ...Object.fromEntries(texts) };
}

/** `provideHalfWritten` in the book, `useHalfWritten()` while a component below it is being made. */
export const [useHalfWritten, provideHalfWritten] = createContext<HalfWritten>();

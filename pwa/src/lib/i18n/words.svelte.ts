/**
 * The words of one language at a time: the others stay where the service worker keeps them until somebody asks for them.
 * `m.key(inputs)` looks the word up when it is called, so that a template follows a change of language.
 */
import type { m as Messages } from "#lib/paraglide/messages.js";
import type { Locale } from "./locales";

type Say = (inputs?: object) => string;
type Words = Readonly<Record<string, Say>>;

/** Written out, so that the bundler makes one file of each. */
const ALL: Readonly<Record<Locale, () => Promise<unknown>>> = {
  en: () => import("#lib/paraglide/messages/en.js"),
  fa: () => import("#lib/paraglide/messages/fa.js"),
  ru: () => import("#lib/paraglide/messages/ru.js"),
  zh: () => import("#lib/paraglide/messages/zh.js"),
  pl: () => import("#lib/paraglide/messages/pl.js"),
};

/** A tenth of them: those of the sign-in and of what may lie over it (`vite/first-words.ts` says which). */
const FIRST: typeof ALL = {
  en: () => import("#lib/paraglide/messages/en.js?first"),
  fa: () => import("#lib/paraglide/messages/fa.js?first"),
  ru: () => import("#lib/paraglide/messages/ru.js?first"),
  zh: () => import("#lib/paraglide/messages/zh.js?first"),
  pl: () => import("#lib/paraglide/messages/pl.js?first"),
};

class Dictionary {
  #words = $state.raw<Words>({});
  #locale: Locale | null = null;
  #isWhole = false;

  /** Whether every word is here, not only those of the sign-in. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Loads the words of a language and shows them from then on. Rejects where they cannot be had; the old ones stay. */
  async open(locale: Locale): Promise<void> {
    if (this.#isWhole && locale === this.#locale) return;
    this.#show((await ALL[locale]()) as Words, locale, true);
  }

  /** Loads those that are said before anybody is signed in; never in place of all of them. */
  async openFirst(locale: Locale): Promise<void> {
    const words = (await FIRST[locale]()) as Words;
    if (!this.#isWhole) this.#show(words, locale, false);
  }

  #show(words: Words, locale: Locale, isWhole: boolean): void {
    this.#words = words;
    this.#locale = locale;
    this.#isWhole = isWhole;
  }

  /** Returns the word in the language that is open; its key where no language is. */
  say(key: string, inputs: object): string {
    return this.#words[key]?.(inputs) ?? key;
  }
}

export const dictionary = new Dictionary();

const says = new Map<string, Say>();

function sayOf(key: string): Say {
  const known = says.get(key);
  if (known !== undefined) return known;
  const made: Say = (inputs = {}) => dictionary.say(key, inputs);
  says.set(key, made);
  return made;
}

/** Every message by its key, typed by the messages themselves. */
export const m = new Proxy({} as typeof Messages, { get: (_target, key) => sayOf(String(key)) });

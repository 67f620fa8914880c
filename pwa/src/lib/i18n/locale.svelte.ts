import { remember, remembered } from "#lib/browser/remembered";
import {
  type Calendar,
  type Direction,
  defaultCalendar,
  directionOf,
  isLocale,
  type Locale,
  preferredLocale,
  type Reader,
  tagOf,
} from "./locales";
import { countryOfWeek, type Weekday, weekStartIn } from "./week";
import { dictionary } from "./words.svelte";

const LOCALE_KEY = "routebook.locale"; // static/boot.js reads the same one before the first paint
const CALENDAR_KEY = "routebook.calendar";

function firstLocale(): Locale {
  const chosen = remembered(LOCALE_KEY);
  if (isLocale(chosen)) return chosen;
  return preferredLocale(typeof navigator === "undefined" ? [] : navigator.languages);
}

const clockZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The reader's language as his browser says it (`en-US`), and as this app does. */
function languageTags(reader: Reader): string[] {
  const said = typeof navigator === "undefined" ? [] : navigator.languages;
  return [...said.filter((tag) => preferredLocale([tag]) === reader.locale), tagOf(reader)];
}

/** The reader of this device. Everything shown depends on it and changes with it, without a reload. */
class DeviceReader implements Reader {
  #locale = $state<Locale>(firstLocale());
  #calendar = $state<Calendar | null>(remembered(CALENDAR_KEY) as Calendar | null);
  #timeZone: string | null = null;
  /** Raised with each other zone: what was asked for while something is drawn is not state itself. */
  #zonesSeen = $state(0);
  #countries = $state.raw<readonly string[]>([]);
  /** The week that was asked for last: where somebody works in several countries or in none, to find it takes its time. */
  #week: { readonly by: string; readonly start: Weekday } | null = null;

  get locale(): Locale {
    return this.#locale;
  }

  get calendar(): Calendar {
    return this.#calendar ?? defaultCalendar(this.#locale);
  }

  get direction(): Direction {
    return directionOf(this.#locale);
  }

  /** IANA name of the zone that this device's clock is set to; as of the last `readZone`. */
  get timeZone(): string {
    void this.#zonesSeen;
    // Not before somebody asks: the first question to Intl wakes all of it, and the sign-in has none.
    this.#timeZone ??= clockZone();
    return this.#timeZone;
  }

  /** Reads the zone of the clock anew, which may have been set to another: all that was shown by the old one changes. */
  readZone(): void {
    if (this.#timeZone === null) return;
    const now = clockZone();
    if (now === this.#timeZone) return;
    this.#timeZone = now;
    this.#zonesSeen += 1;
  }

  /** The day on which the week begins where the reader works. */
  get weekStart(): Weekday {
    const tags = languageTags(this);
    const by = JSON.stringify([this.#countries, this.timeZone, tags]);
    if (this.#week?.by !== by)
      this.#week = { by, start: weekStartIn(countryOfWeek(this.#countries, this.timeZone, tags)) };
    return this.#week.start;
  }

  /** Says in which countries (ISO 3166) the territories are that this device holds. */
  workIn(countries: readonly string[]): void {
    this.#countries = countries;
  }

  /** Loads the words of the language of this device that the sign-in says; wait for it before that is shown. */
  openFirst(): Promise<void> {
    return dictionary.openFirst(this.#locale);
  }

  /** Loads all words of the language of this device; wait for it before any screen is shown. */
  open(): Promise<void> {
    return dictionary.open(this.#locale);
  }

  /** Changes the language once its words are here; without them (a broken install, offline) everything stays as it is. */
  async setLocale(locale: Locale): Promise<void> {
    await (dictionary.isWhole ? dictionary.open(locale) : dictionary.openFirst(locale));
    this.#locale = locale;
    remember(LOCALE_KEY, locale);
    document.documentElement.lang = locale;
    document.documentElement.dir = directionOf(locale);
  }

  /** Calls `change` with the language that another tab of this device has changed to; returns the way to stop. */
  follow(change: (locale: Locale) => void): () => void {
    const hear = ({ key, newValue }: StorageEvent) => key === LOCALE_KEY && isLocale(newValue) && change(newValue);
    addEventListener("storage", hear);
    return () => removeEventListener("storage", hear);
  }

  setCalendar(calendar: Calendar): void {
    this.#calendar = calendar;
    remember(CALENDAR_KEY, calendar);
  }
}

export const reader = new DeviceReader();

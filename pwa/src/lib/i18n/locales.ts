/** The languages the app speaks, and what follows from choosing one. */
export const LOCALES = ["en", "fa", "ru", "zh", "pl"] as const;
export type Locale = (typeof LOCALES)[number];
export type Calendar = "gregory" | "persian";
export type Direction = "ltr" | "rtl";

/** Each language in its own words, for the list it is chosen from. */
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = {
  en: "English",
  fa: "فارسی",
  ru: "Русский",
  zh: "简体中文",
  pl: "Polski",
};

/** Who reads: everything a formatter needs to know. `timeZone` is an IANA name. */
export interface Reader {
  readonly locale: Locale;
  readonly calendar: Calendar;
  readonly timeZone: string;
}

export const isLocale = (value: unknown): value is Locale => LOCALES.some((locale) => locale === value);

export const directionOf = (locale: Locale): Direction => (locale === "fa" ? "rtl" : "ltr");

export const defaultCalendar = (locale: Locale): Calendar => (locale === "fa" ? "persian" : "gregory");

/** The first language of the list that the app speaks, by its primary subtag; English when there is none. */
export function preferredLocale(languages: readonly string[]): Locale {
  for (const tag of languages) {
    const primary = tag.toLowerCase().split("-")[0];
    if (isLocale(primary)) return primary;
  }
  return "en";
}

/** BCP 47 tag with calendar and digits: Persian is read with Persian digits, whatever the calendar. */
export function tagOf(reader: Pick<Reader, "locale" | "calendar">): string {
  const base = { en: "en-GB", fa: "fa-IR", ru: "ru-RU", zh: "zh-CN", pl: "pl-PL" }[reader.locale];
  return `${base}-u-ca-${reader.calendar}-nu-${reader.locale === "fa" ? "arabext" : "latn"}`;
}

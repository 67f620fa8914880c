/** What the words ask for numbers and their plurals, in place of paraglide's own, which makes a formatter for every word that it says. */
import { numberFormat, pluralRules } from "./formatters";

export const plural = (locale: string, input: unknown, options: Intl.PluralRulesOptions): string =>
  pluralRules(locale, options).select(Number(input));

export const number = (locale: string, input: unknown, options: Intl.NumberFormatOptions): string =>
  numberFormat(locale, options).format(Number(input));

/** The order of names as the reader's language has it: for lists that are there as a whole. */
import type { Locale } from "./locales";

const collators = new Map<Locale, Intl.Collator>();

function collatorOf(locale: Locale): Intl.Collator {
  const known = collators.get(locale) ?? new Intl.Collator(locale);
  collators.set(locale, known);
  return known;
}

/** The rows by name: Polish letters after their neighbours, Chinese by pinyin. Equal ones stay as they stood. */
export function byName<R extends { readonly name: string }>(
  rows: readonly R[],
  { locale }: { readonly locale: Locale },
): readonly R[] {
  const { compare } = collatorOf(locale);
  return [...rows].sort((a, b) => compare(a.name, b.name));
}

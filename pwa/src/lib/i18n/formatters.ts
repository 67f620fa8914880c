/** Making one of Intl's formatters takes a hundred times as long as using it, so each is made once. */
const made = new Map<string, unknown>();

function kept<F>(name: string, tag: string, options: object, make: () => F): F {
  const key = `${name}|${tag}|${JSON.stringify(options)}`;
  const known = made.get(key) as F | undefined;
  if (known !== undefined) return known;
  const fresh = make();
  made.set(key, fresh);
  return fresh;
}

export const dateFormat = (tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept("date", tag, options, () => new Intl.DateTimeFormat(tag, options));

export const numberFormat = (tag: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  kept("number", tag, options, () => new Intl.NumberFormat(tag, options));

export const relativeFormat = (tag: string, options: Intl.RelativeTimeFormatOptions = {}): Intl.RelativeTimeFormat =>
  kept("relative", tag, options, () => new Intl.RelativeTimeFormat(tag, options));

export const listFormat = (tag: string): Intl.ListFormat =>
  kept("list", tag, {}, () => new Intl.ListFormat(tag, { type: "conjunction" }));

export const pluralRules = (tag: string, options: Intl.PluralRulesOptions = {}): Intl.PluralRules =>
  kept("plural", tag, options, () => new Intl.PluralRules(tag, options));

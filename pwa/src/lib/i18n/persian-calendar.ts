/** Days of the Persian calendar in other languages than Persian, which ICU writes as nobody does. */

/** ICU has the German spelling for Polish. */
const POLISH_MONTHS = [
  ...["farwardin", "ordibeheszt", "chordad", "tir", "mordad", "szahriwar"],
  ...["mehr", "aban", "azar", "dej", "bahman", "esfand"],
];

/** Returns the text of the parts without the era, with months as the language writes them; `month` counts from 1. */
export function sayPersian(parts: readonly Intl.DateTimeFormatPart[], locale: string, month: number): string {
  // Alone, a month is a bare number in Chinese.
  if (locale === "zh" && parts.length === 1 && parts[0]?.type === "month") return `${month}月`;
  return parts
    .filter(({ type }) => type !== "era")
    .map(({ type, value }) => (type === "month" && locale === "pl" ? (POLISH_MONTHS[month - 1] ?? value) : value))
    .join("")
    .trim();
}

import { fmt } from "#lib/i18n";

const YEAR_MS = 300 * 86_400_000;

/** `14 Nov`; with the year where that would not tell which one. */
export function yearlyDay(value: string | number, now: number): string {
  const at = typeof value === "number" ? value : Date.parse(`${value}T12:00:00Z`);
  return fmt.day(value, { year: Math.abs(now - at) > YEAR_MS });
}

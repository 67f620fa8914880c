/** What the settings of the organisation and of a person are called. */
import { m } from "#lib/i18n";

const NAMES: Readonly<Record<string, () => string>> = {
  organisation: m.settings_organisation,
  currency: m.fields_currency,
  competitors: m.shelf_competitors,
  call_cycles: m.settings_call_cycles,
  quiet_hours: m.reminders_quiet,
  morning_hour: m.reminders_morning,
  day_start: m.map_day_start,
  day_end: m.map_day_end,
};

/** The name of a setting in words; of one that only a newer version knows, as it is. */
export const settingName = (name: string): string => (Object.hasOwn(NAMES, name) ? NAMES[name]?.() : undefined) ?? name;

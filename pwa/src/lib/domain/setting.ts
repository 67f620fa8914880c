/** Settings: named choices of a person or of the organisation, of which there is one record each, whoever makes it first. */
import { idFromUuid, uuidFromId } from "$sync/identifier";
import { SHARED_ROOT } from "$sync/schema.gen";

/** What can be chosen in the app; each number stands in ids and is never used again. */
const NUMBERS = { quiet_hours: 1, morning_hour: 2, day_start: 3, day_end: 4, call_cycles: 5 } as const;

/** The names of the settings that the app makes. */
export type SettingName = keyof typeof NUMBERS;

/** An id without chance: there is one organisation in a book. */
const NOBODY = "00000000-0000-7000-8000-000000000000";

/**
 * The id of a setting where none stands yet: the same on every device of its person, or of the organisation, so that two that choose at
 * the same time have made one record. Its chance is its person's. Its time is the setting's number, long ago: of several records
 * the first counts, so that none from before this rule stands in its way.
 */
export function settingId(root: string, name: SettingName): string {
  const time = NUMBERS[name].toString(16).padStart(12, "0");
  const whose = root === SHARED_ROOT ? NOBODY : uuidFromId(root);
  return idFromUuid(`${time.slice(0, 8)}-${time.slice(8)}${whose.slice(13)}`);
}

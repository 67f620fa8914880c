/** When this person wants to be rung: his own settings, from the device. */
import { createContext } from "svelte";
import { minuteOf } from "#lib/domain/day";
import { type HourSetting, morningHourFrom, type QuietHours, quietHoursFrom, ringsAt } from "#lib/domain/hours";
import type { Around, When } from "#lib/domain/task";
import { reader } from "#lib/i18n";
import type { Store } from "#lib/store/client";
import { useStore } from "#lib/store/context";
import { type StandingSetting, useSetting } from "./setting.svelte";
import type { Zone } from "./zone.svelte";

/** The person's hours, as they stand. */
export interface Hours extends Pick<StandingSetting, "error"> {
  /** False until both have been read; the usual ones stand until then. */
  readonly isKnown: boolean;
  readonly morning: number;
  readonly quiet: QuietHours;
  /** Where and how reminders are set. */
  readonly around: Around;
  /** When a reminder rings that is set for `when`. */
  rings(when: When): number;
  /** The zone by which the quiet hours go, where its clock shows another time at `instant` than this device's; else null. */
  elsewhere(instant: number): string | null;
  /** The record of a setting, null where nobody has chosen yet. */
  idOf(name: HourSetting): string | null;
}

const [hoursOf, setHours] = createContext<Hours>();

/** When what is set for `when` rings for somebody whose record says that he is in `zone`, "" for nowhere. */
export const ringsFor = ({ remind_at }: Pick<When, "remind_at">, quiet: QuietHours, zone: string): number =>
  ringsAt(remind_at, quiet, knownZone(zone));

/** The zone by which the server has his quiet hours; the device's where his record names none that this browser knows. */
function knownZone(zone: string): string {
  if (zone === "" || zone === reader.timeZone) return reader.timeZone;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return reader.timeZone;
  }
}

/** The hours of whoever's book is open. Call it while a component is made, below `provideHours`. */
export const useHours = hoursOf;

/** Reads them once for every screen, not once for each row; `zone` is that of the person's record. Call it below `provideStore`. */
export function provideHours(zone: Zone): void {
  const { person } = useStore().account;
  const found = {
    quiet_hours: useSetting("quiet_hours", person),
    morning_hour: useSetting("morning_hour", person),
  };
  setHours({
    get isKnown() {
      return found.quiet_hours.isKnown && found.morning_hour.isKnown;
    },
    get error() {
      return found.quiet_hours.error ?? found.morning_hour.error;
    },
    get morning() {
      return morningHourFrom(found.morning_hour.value);
    },
    get quiet() {
      return quietHoursFrom(found.quiet_hours.value);
    },
    get around() {
      return { timeZone: reader.timeZone, weekStart: reader.weekStart, morning: this.morning };
    },
    rings(when) {
      return ringsFor(when, this.quiet, zone.current ?? "");
    },
    elsewhere(instant) {
      const his = knownZone(zone.current ?? "");
      return minuteOf(instant, his) === minuteOf(instant, reader.timeZone) ? null : his;
    },
    idOf: (name) => found[name].id,
  });
}

/** The morning hour as the book has it at this moment: for what is tapped, and must not wait until it has been read. */
export async function morningNow(store: Store): Promise<number> {
  // What cannot be read is as usual; whether the store works at all is said by the save.
  const found = await store.query("setting.values", { name: "morning_hour" }).catch(() => []);
  return morningHourFrom(found.find(({ root }) => root === store.account.person)?.value);
}

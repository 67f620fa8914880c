/** When this person wants to be rung: his own settings, from the device. */
import { createContext } from "svelte";
import { type HourSetting, morningHourFrom, type QuietHours, quietHoursFrom, ringsAt } from "#lib/domain/hours";
import type { Around, When } from "#lib/domain/task";
import { reader } from "#lib/i18n";
import { useStore } from "#lib/store/context";
import { live } from "#lib/store/live.svelte";

/** The person's hours, as they stand. */
export interface Hours {
  readonly morning: number;
  readonly quiet: QuietHours;
  /** Where and how reminders are set. */
  readonly around: Around;
  /** When a reminder rings that is set for `when`. */
  rings(when: When): number;
  /** The record of a setting, null where nobody has chosen yet. */
  idOf(name: HourSetting): string | null;
}

const [hoursOf, setHours] = createContext<Hours>();

export const ringsFor = ({ remind_at, due_day }: When, quiet: QuietHours): number =>
  ringsAt(remind_at, quiet, due_day, reader.timeZone);

/** The hours of whoever's book is open. Call it while a component is made, below `provideHours`. */
export const useHours = hoursOf;

/** Reads them once for every screen, not once for each row. Call it below `provideStore`. */
export function provideHours(): void {
  const { person } = useStore().account;
  const found = {
    quiet_hours: live(() => ["setting.values", { name: "quiet_hours" }]),
    morning_hour: live(() => ["setting.values", { name: "morning_hour" }]),
  };
  const own = (name: HourSetting) => found[name].current?.find(({ root }) => root === person);
  setHours({
    get morning() {
      return morningHourFrom(own("morning_hour")?.value);
    },
    get quiet() {
      return quietHoursFrom(own("quiet_hours")?.value);
    },
    get around() {
      return { timeZone: reader.timeZone, weekStart: reader.weekStart, morning: this.morning };
    },
    rings(when) {
      return ringsFor(when, this.quiet);
    },
    idOf: (name) => own(name)?.id ?? null,
  });
}

/** Where this person's day begins and ends: his own settings, from the device. */
import { type DayEnd, type DayEnds, dayEndFrom } from "#lib/domain/day-ends";
import { useStore } from "#lib/store/context";
import { live } from "#lib/store/live.svelte";

/** Both ends as they stand. */
export interface StandingEnds extends DayEnds {
  /** The record of a setting, null where nobody has chosen yet. */
  idOf(name: DayEnd): string | null;
}

/** Reads them. Call it while a component is made. */
export function useDayEnds(): StandingEnds {
  const { person } = useStore().account;
  const found = {
    day_start: live(() => ["setting.values", { name: "day_start" }]),
    day_end: live(() => ["setting.values", { name: "day_end" }]),
  };
  const own = (name: DayEnd) => found[name].current?.find(({ root }) => root === person);
  return {
    get start() {
      return dayEndFrom(own("day_start")?.value);
    },
    get end() {
      return dayEndFrom(own("day_end")?.value);
    },
    idOf: (name) => own(name)?.id ?? null,
  };
}

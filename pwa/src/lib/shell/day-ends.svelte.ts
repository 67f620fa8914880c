/** Where this person's day begins and ends: his own settings, from the device. */
import { type DayEnd, type DayEnds, dayEndFrom } from "#lib/domain/day-ends";
import { useStore } from "#lib/store/context";
import { type StandingSetting, useSetting } from "./setting.svelte";

/** Both ends as they stand. */
export interface StandingEnds extends DayEnds, Pick<StandingSetting, "error"> {
  /** False until both have been read; none of them stands until then. */
  readonly isKnown: boolean;
  /** The record of a setting, null where nobody has chosen yet. */
  idOf(name: DayEnd): string | null;
}

/** Reads them. Call it while a component is made. */
export function useDayEnds(): StandingEnds {
  const { person } = useStore().account;
  const found = { day_start: useSetting("day_start", person), day_end: useSetting("day_end", person) };
  return {
    get start() {
      return dayEndFrom(found.day_start.value);
    },
    get end() {
      return dayEndFrom(found.day_end.value);
    },
    get isKnown() {
      return found.day_start.isKnown && found.day_end.isKnown;
    },
    get error() {
      return found.day_start.error ?? found.day_end.error;
    },
    idOf: (name) => found[name].id,
  };
}

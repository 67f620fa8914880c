/** The organisation's call cycles as they stand on this device. */
import { CALL_CYCLES_SETTING, type CallCycles, callCyclesFrom } from "#lib/domain/call-cycle";
import { SHARED_ROOT } from "$sync/schema.gen";
import { type StandingSetting, useSetting } from "./setting.svelte";

/** The usual ones until they are known. */
export interface StandingCycles extends Pick<StandingSetting, "isKnown" | "error" | "id"> {
  readonly current: CallCycles;
}

/** Call it while a component is made, below `provideStore`. */
export function useCallCycles(): StandingCycles {
  const setting = useSetting(CALL_CYCLES_SETTING, SHARED_ROOT);
  return {
    get current() {
      return callCyclesFrom(setting.value);
    },
    get isKnown() {
      return setting.isKnown;
    },
    get error() {
      return setting.error;
    },
    get id() {
      return setting.id;
    },
  };
}

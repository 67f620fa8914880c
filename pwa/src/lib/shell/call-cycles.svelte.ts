/** The organisation's call cycles as they stand on this device. */
import { CALL_CYCLES_SETTING, type CallCycles, callCyclesFrom } from "#lib/domain/call-cycle";
import { live } from "#lib/store/live.svelte";
import { SHARED_ROOT } from "$sync/schema.gen";

/** Call it while a component is made, below `provideStore`. */
export function useCallCycles(): { readonly current: CallCycles; readonly id: string | null } {
  const found = live(() => ["setting.values", { name: CALL_CYCLES_SETTING }]);
  const shared = () => found.current?.find(({ root }) => root === SHARED_ROOT);
  return {
    get current() {
      return callCyclesFrom(shared()?.value);
    },
    get id() {
      return shared()?.id ?? null;
    },
  };
}

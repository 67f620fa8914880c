/** A setting as this device has it, and whether it is known. */
import { useStore } from "#lib/store/context";
import { live } from "#lib/store/live.svelte";
import { hasSettings } from "#lib/store/status";
import type { StoreError } from "#lib/store/store-error";
import type { Json } from "$sync/joins";

/** What stands. */
export interface StandingSetting {
  /** False until the device has said what stands, and while that may still be on its way from the server. */
  readonly isKnown: boolean;
  /** Why the device cannot say what stands, null where it has said so or still may. */
  readonly error: StoreError | null;
  /** The record's id, null where nobody has chosen. */
  readonly id: string | null;
  readonly value: Json | undefined;
}

/** Follows the setting of a person, or of the organisation. Call it while a component is made, below `provideStore`. */
export function useSetting(name: string, root: string): StandingSetting {
  const store = useStore();
  const found = live(() => ["setting.values", { name }]);
  const standing = $derived(found.current?.find((one) => one.root === root));
  return {
    get isKnown() {
      return standing !== undefined || (found.current !== undefined && hasSettings(store.status.phase));
    },
    get error() {
      return found.current === undefined ? found.error : null;
    },
    get id() {
      return standing?.id ?? null;
    },
    get value() {
      return standing?.value;
    },
  };
}

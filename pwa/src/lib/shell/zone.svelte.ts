/** Where the person is, as his record says: reminders, quiet hours and his calendar go by it at the server. */
import { putZone } from "#lib/api/reminders";
import { reader } from "#lib/i18n";
import { useStore } from "#lib/store/context";
import { live } from "#lib/store/live.svelte";
import { api } from "./api";

/** What a person's record says of his time zone. */
export interface Zone {
  readonly current: string | null;
}

/** The time zone of the person's record: "" where it says none, null while that is not known here. Call it while a component is made. */
export function useZone(): Zone {
  const { person } = useStore().account;
  const found = live(() => ["record.one", { kind: "person" as const, id: person }]);
  return {
    get current() {
      const record = found.current?.record;
      if (record === undefined) return null;
      return "time_zone" in record && typeof record.time_zone === "string" ? record.time_zone : "";
    },
  };
}

/**
 * Says where this device is, once, where the person's record says nothing: whoever was never asked for push would have his reminders
 * by the server's clock. Call it while a component is made, below `provideStore`.
 */
export function tellZone(zone: Zone): void {
  const store = useStore();
  let isTold = false;
  const isMeant = $derived(
    zone.current === "" && (store.status.connection === "up_to_date" || store.status.connection === "waiting"),
  );
  $effect(() => {
    if (!isMeant || isTold) return;
    isTold = true;
    void putZone(api, reader.timeZone, { onlyFirst: true }).then(({ ok }) => {
      isTold = ok; // else again with the next contact
    });
  });
}

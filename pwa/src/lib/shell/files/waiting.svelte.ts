/** What had no room, as a page shows it: who leaves the page hears that it waits, and comes back to it by a tap. */
import HardDrive from "@lucide/svelte/icons/hard-drive";
import { m } from "#lib/i18n";
import { toasts } from "#lib/ui/toasts.svelte";
import { goto } from "$app/navigation";
import type { Homeless } from "./homeless.svelte";
import type { Belonging } from "./keep";

/** Where on which page something waits. */
interface Place {
  readonly to: Belonging;
  readonly part: string;
}

/** The things of `list` that wait at `to`. Call it while a component is made. */
export function useWaiting<Thing>(list: Homeless<Thing>, to: () => Belonging, part: () => string = () => "") {
  const key = $derived(keyOf({ to: to(), part: part() }));
  const place = $derived(placeOf(key));
  let shown: string | null = null;
  $effect(() => {
    const left = place;
    shown = key;
    return () => {
      shown = null;
      if (list.of(left.to, left.part).length > 0) say(left);
    };
  });
  return {
    /** Taken before the work begins: one may have gone on to another page when it ends. */
    get place(): Place {
      return place;
    },
    get things(): readonly Thing[] {
      return list.of(place.to, place.part);
    },
    hold(at: Place, things: readonly Thing[]): void {
      if (things.length === 0) return;
      list.hold(at.to, things, at.part);
      if (shown !== keyOf(at)) say(at);
    },
    take: () => list.take(place.to, place.part),
  };
}

const keyOf = ({ to, part }: Place) => JSON.stringify([to.customer, to.visit, part]);
const placeOf = (key: string): Place => {
  const [customer, visit, part] = JSON.parse(key) as [string, string | null, string];
  return { to: { customer, visit }, part };
};

function say({ to: { customer, visit } }: Place): void {
  const path = visit === null ? `/customers/${customer}?tab=files` : `/visits/${visit}`;
  toasts.show({
    text: m.files_no_room_waits(),
    tone: "red",
    icon: HardDrive,
    label: m.common_back(),
    undo: () => void goto(path),
  });
}

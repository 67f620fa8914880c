/** The ways by road of whoever's book is open: kept for every screen, and asked for where a day is shown. */
import { createContext, untrack } from "svelte";
import { askRoads, findRoads } from "#lib/api/roads";
import type { Point } from "#lib/domain/place";
import { type FindLeg, placesToAsk } from "#lib/domain/road-legs";
import { type Ways, waysBetween } from "#lib/domain/ways";
import { readAccount } from "#lib/store/account";
import { useStore } from "#lib/store/context";
import { IndexedRoads } from "#lib/store/roads";
import { api } from "./api";
import { RoadKeeper } from "./roads";

interface Roads {
  /** Read where a screen is to hear of what becomes known. */
  readonly told: number;
  readonly find: FindLeg;
  look(places: readonly Point[]): void;
}

const [roadsOf, setRoads] = createContext<Roads>();

/** Call it below `provideStore`. */
export function provideRoads(): void {
  const store = useStore();
  const { person } = store.account;
  let told = $state(0);
  const isReachable = $derived(store.status.connection === "up_to_date" || store.status.connection === "waiting");
  const keeper = new RoadKeeper({
    box: new IndexedRoads(person),
    isReachable: () => isReachable,
    find: () => findRoads(api),
    async ask(places) {
      const result = await askRoads(api, places);
      return result.ok ? result.value : null;
    },
    isGone: async () => (await readAccount())?.person !== person,
    now: () => store.now(),
    after(ms, work) {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    changed: () => {
      told += 1;
    },
  });
  $effect(() => {
    if (isReachable) untrack(() => keeper.wake());
  });
  $effect(() => () => keeper.stop());
  setRoads({
    get told() {
      return told;
    },
    find: keeper.find,
    look: (places) => void keeper.look(places),
  });
}

/** The ways between the places of a day, as far as they are known; the others are asked for. Call it while a component is made. */
export function useWays(points: () => readonly (Point | null)[]): { readonly current: Ways } {
  const roads = roadsOf();
  const places = $derived(placesToAsk(points()));
  const ways = $derived.by(() => {
    void roads.told;
    return waysBetween(places, roads.find);
  });
  $effect(() => roads.look(places));
  return {
    get current() {
      return ways;
    },
  };
}

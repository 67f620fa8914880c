/** The customers in sight, the nearest to where one is (or to the middle) first: what a list can say in place of a picture. */
import { boxOf, type Size, type View } from "#lib/domain/map/view";
import { metresBetween } from "#lib/domain/place";
import { here } from "#lib/shell/here.svelte";
import { live } from "#lib/store/live.svelte";
import type { LocalDay } from "#lib/store/queries/today";
import type { Points } from "./points.svelte";

const MOST_LISTED = 50;
const RESTS_MS = 150;

/** What is looked at. `only`: the customers of the day where no others are shown, else null. */
export interface Sight {
  readonly view: View | null;
  readonly size: Size;
  readonly only: ReadonlySet<string | undefined> | null;
  /** Nothing is worked out for a list that nobody sees. */
  readonly isListOpen: boolean;
}

/** Call it while a component is made. */
export function useSeen(points: Points, sight: () => Sight, today: () => LocalDay) {
  let ids = $state.raw<readonly string[]>([]);
  let count = $state(0);
  /** Everybody in sight, the nearest first. */
  function look(): string[] {
    const found = points.current;
    const { view, size, only } = sight();
    if (found === undefined || view === null || size.width === 0) return [];
    const { south, west, north, east } = boxOf(view, size);
    const middle = here.place ?? { latitude: (south + north) / 2, longitude: (west + east) / 2 };
    const inside = found.ids.flatMap((id, at) => {
      const [latitude, longitude] = [found.latitude[at] ?? 0, found.longitude[at] ?? 0];
      const isSeen = latitude >= south && latitude <= north && longitude >= west && longitude <= east;
      if (!isSeen || (only !== null && !only.has(id))) return [];
      return [{ id, away: metresBetween(middle, { latitude, longitude }) }];
    });
    return inside.sort((a, b) => a.away - b.away).map(({ id }) => id);
  }
  $effect(() => {
    const { view, size, only, isListOpen } = sight();
    void [points.current, view, size, only, here.place];
    if (!isListOpen) return;
    const timer = setTimeout(() => {
      const inside = look();
      count = inside.length;
      ids = inside.slice(0, MOST_LISTED);
    }, RESTS_MS);
    return () => clearTimeout(timer);
  });
  const listed = live(() => (ids.length === 0 ? null : ["map.customers", { ids, ...today() }]));
  return {
    look,
    get count() {
      return count;
    },
    get customers() {
      return listed.current ?? [];
    },
  };
}

/** The customers on the map, as the device has them: read again when they change, and by the part seen where they are too many. */
import { untrack } from "svelte";
import { type Box, boxOf, type Size, type View } from "#lib/domain/map/view";
import { useStore } from "#lib/store/context";
import type { MapPoints } from "#lib/store/queries/map";
import { StoreError } from "#lib/store/store-error";

/** So many marks are still painted within a frame. */
export const MOST_POINTS = 20_000;
const WORLD: Box = { south: -90e6, west: -180e6, north: 90e6, east: 180e6 };
/** A first sync changes customers many times a second. */
const AGAIN_MS = 1_000;
/** Where only a part is held, it is read anew this long after the map has come to rest. */
const RESTS_MS = 200;

/** What is there to be shown. */
export interface Points {
  /** Undefined until it has been read for the first time. */
  readonly current: MapPoints | undefined;
  readonly error: StoreError | null;
}

/** Reads the customers of `owner`, everybody's where it is null. Call it while a component is made. */
export function usePoints(owner: () => string | null, seen: () => { view: View | null; size: Size }): Points {
  const store = useStore();
  let current = $state.raw<MapPoints>();
  let error = $state.raw<StoreError | null>(null);
  /** True where all of them are more than can be held at once: then those near the part that is seen are. */
  let isPart = $state(false);
  let latest = 0;

  async function read(box: Box) {
    latest += 1;
    const turn = latest;
    try {
      const found = await store.query("map.points", { box, owner: owner(), limit: MOST_POINTS });
      if (turn !== latest) return;
      [current, error] = [found, null];
      if (box === WORLD) isPart = found.every > 1;
    } catch (reason) {
      if (turn === latest) error = StoreError.from(reason);
    }
  }
  const near = ({ view, size }: { view: View | null; size: Size }) =>
    view === null || !isPart ? WORLD : boxOf(view, size, Math.max(size.width, size.height) / 2);

  $effect(() => {
    void owner();
    untrack(() => void read(WORLD));
  });

  $effect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = store.onChange((kinds) => {
      if (!kinds.has("customer") && !kinds.has("visit")) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void read(near(seen()));
      }, AGAIN_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  });

  $effect(() => {
    if (!isPart) return;
    const box = near(seen());
    const timer = setTimeout(() => void read(box), RESTS_MS);
    return () => clearTimeout(timer);
  });

  // A question asked before the store was open is asked again when it is.
  $effect(() => {
    if (store.status.phase.name !== "opening" && untrack(() => error !== null)) untrack(() => void read(near(seen())));
  });

  return {
    get current() {
      return current;
    },
    get error() {
      return error;
    },
  };
}

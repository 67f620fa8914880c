/** Everything that the map paints, from what has been read: the ground, the customers in clusters, the route, the team's day. */
import { Clusters } from "#lib/domain/map/clusters";
import { readOutline, type Topology } from "#lib/domain/map/outline";
import { type Due, SHADES, shadeOf } from "#lib/domain/map/shade";
import { townsOf } from "#lib/domain/map/towns";
import { spotOf } from "#lib/domain/map/view";
import { type Point, pointOf } from "#lib/domain/place";
import { startOf } from "#lib/domain/route-plan";
import { fmt } from "#lib/i18n";
import { here } from "#lib/shell/here.svelte";
import type { ResultOf } from "#lib/store/queries/index";
import { type Ground, groundOf, type Scene } from "./paint";
import type { RouteDrawing } from "./paint-route";
import type { TeamDrawing } from "./paint-team";
import type { Points } from "./points.svelte";
import { region } from "./region.svelte";
import type { DayRoute } from "./route.svelte";
import { mapView } from "./view.svelte";

type Chosen = ResultOf<"map.customers">[number];

/** What a scene is made of. */
export interface SceneParts {
  readonly points: Points;
  readonly due: () => Due;
  readonly route: DayRoute;
  readonly team: () => readonly TeamDrawing[] | null;
  readonly chosen: () => Chosen | null;
}

/** Call it while a component is made. */
export function useScene({ points, due: dueOf, route, team, chosen: chosenOf }: SceneParts) {
  const shades = $derived(SHADES[mapView.colourBy]);
  // By the day, not by the clock: a tree of 20 000 is not made anew each minute.
  const clusters = $derived.by(() => {
    const found = points.current;
    const by = mapView.colourBy;
    if (found === undefined || mapView.todayOnly) return null;
    const due = dueOf();
    const shadesOfAll = found.ids.map((_, at) =>
      shadeOf(
        by,
        {
          value_class: found.value_class[at] ?? null,
          phase: found.phase[at] ?? null,
          lastVisitAt: found.lastVisitAt[at] ?? null,
        },
        due,
      ),
    );
    return new Clusters(found, shadesOfAll, SHADES[by].length);
  });
  const towns = $derived(points.current === undefined ? [] : townsOf(points.current));

  let ground = $state.raw<Ground | null>(null);
  $effect(() => {
    void import("world-atlas/countries-110m.json").then(({ default: topology }) => {
      ground = groundOf(readOutline(topology as unknown as Topology));
    });
  });

  const spotAt = (point: Point | null) => (point === null ? null : spotOf(point));
  const drawing = $derived.by((): RouteDrawing | null => {
    const next = route.plan.arrivals[0]?.stop;
    const stops = route.stops.flatMap((stop) => {
      if (stop.point === null) return [];
      const { status, number, customer } = stop;
      const state = status === "planned" ? (stop === next ? "next" : "ahead") : status === "open" ? "open" : "done";
      return [{ customer: customer?.id ?? null, spot: spotOf(stop.point), text: fmt.number(number), state } as const];
    });
    if (stops.length === 0) return null;
    const { ends } = route;
    return { stops, from: spotAt(startOf(route.stops, here.place, ends)), end: spotAt(ends.end) };
  });

  const chosen = $derived(chosenOf());
  const chosenPoint = $derived(chosen === null ? null : pointOf(chosen));
  // A new scene with each tile that arrives.
  const tiles = $derived({ of: region.current?.tiles ?? null, arrived: region.arrived });
  const scene = $derived<Scene>({
    ground,
    region: tiles.of,
    clusters,
    shades,
    towns,
    route: drawing,
    team: team(),
    chosen:
      chosen === null || chosenPoint === null
        ? null
        : { ...spotOf(chosenPoint), shade: shadeOf(mapView.colourBy, chosen, dueOf()) },
    here: here.place === null ? null : { ...spotOf(here.place), accuracy: here.place.accuracy },
  });

  return {
    get current() {
      return scene;
    },
    get clusters() {
      return clusters;
    },
  };
}

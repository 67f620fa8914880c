/** Today's route as the map shows it: the stops, how the rest of the day will go, and what puts it into another order. */
import RouteIcon from "@lucide/svelte/icons/route";
import { daySpan } from "#lib/domain/day";
import type { Point } from "#lib/domain/place";
import { moveStop, orderRest, type RouteOrder } from "#lib/domain/route-order";
import { linesOf, planOf, type RoutePlan } from "#lib/domain/route-plan";
import type { Ways } from "#lib/domain/ways";
import { fmt, m, reader } from "#lib/i18n";
import { useCallCycles } from "#lib/shell/call-cycles.svelte";
import { type StandingEnds, useDayEnds } from "#lib/shell/day-ends.svelte";
import { here } from "#lib/shell/here.svelte";
import { useWays } from "#lib/shell/roads.svelte";
import { save } from "#lib/shell/save";
import { useStore } from "#lib/store/context";
import { live } from "#lib/store/live.svelte";
import { toasts } from "#lib/ui/toasts.svelte";
import { placesOf, routeOf, type Stop, unbroken } from "../today/day";

/** The route of whoever is signed in. */
export interface DayRoute {
  /** False until it has been read. */
  readonly isRead: boolean;
  readonly stops: readonly Stop[];
  readonly plan: RoutePlan<Stop>;
  readonly ends: StandingEnds;
  /** How its places lie to each other, and the ways that are told of. */
  readonly ways: Ways;
  readonly lines: readonly (readonly (Point | null)[])[];
  /** Puts the rest of the day into its best order, by one tap. */
  order(): Promise<void>;
  /** Puts a stop at another place among those that lie ahead. */
  move(id: string, to: number): Promise<void>;
  /** What the last move did, in words, until it is taken back or something else is done. */
  readonly moved: string | null;
  /** Takes the last move back. */
  undo(): Promise<void>;
}

/** Call it while a component is made. */
export function useDayRoute(clock: { readonly now: number }): DayRoute {
  const store = useStore();
  const { person } = store.account;
  const ends = useDayEnds();
  const cycles = useCallCycles();
  const today = $derived(fmt.dayOf(clock.now));
  const rows = live(() => ["today.stops", { person, ...daySpan(today, reader.timeZone) }]);
  const ways = useWays(() => placesOf(rows.current ?? [], ends));
  const stops = $derived(routeOf(rows.current ?? [], here.place, today, reader, cycles.current, ways.current));
  const plan = $derived(planOf(stops, { now: clock.now, here: here.place, ends, ways: ways.current }));

  let last = $state.raw<{ readonly text: string; readonly order: RouteOrder } | null>(null);

  return {
    get isRead() {
      return rows.current !== undefined;
    },
    get stops() {
      return stops;
    },
    get plan() {
      return plan;
    },
    ends,
    get ways() {
      return ways.current;
    },
    get lines() {
      return linesOf(stops, here.place, ends);
    },
    async order() {
      last = null;
      const found = orderRest(stops, here.place, clock.now, ends, ways.current);
      if (found === null || found.changes.length === 0) toasts.show({ text: m.today_best_order_already() });
      else if (await save(store, found.changes)) {
        const text =
          found.saved > 0
            ? m.today_best_order_saved({ distance: unbroken(fmt.distance(found.saved)) })
            : m.today_best_order_punctual();
        toasts.show({ text, icon: RouteIcon, undo: () => void save(store, found.undo) });
      }
    },
    async move(id, to) {
      const order = moveStop(stops, id, to, ways.current);
      const name = stops.find((stop) => stop.id === id)?.customer?.name ?? m.today_no_customer();
      const place = fmt.number(plan.arrivals[to]?.stop.number ?? to + 1);
      if (order === null || order.changes.length === 0) return;
      if (await save(store, order.changes)) last = { text: m.map_moved({ name: fmt.isolated(name), place }), order };
    },
    get moved() {
      return last?.text ?? null;
    },
    async undo() {
      const { order } = last ?? {};
      if (order !== undefined && (await save(store, order.undo))) last = null;
    },
  };
}

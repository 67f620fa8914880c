/** What Today says of its stops: the rules of lib/domain applied to the rows of the store. */
import { type CallCycles, USUAL_CALL_CYCLES } from "#lib/domain/call-cycle";
import type { DayEnds } from "#lib/domain/day-ends";
import { type Money, sumByCurrency } from "#lib/domain/money";
import { type Window, windowsOn } from "#lib/domain/opening-hours";
import { type Point, pointOf } from "#lib/domain/place";
import { type Reason, reasonsToGo } from "#lib/domain/reasons";
import { inRouteOrder } from "#lib/domain/route";
import { STRAIGHT, type Ways } from "#lib/domain/ways";
import type { Reader } from "#lib/i18n/locales";
import type { Stop as StopRow } from "#lib/store/queries/today";

/** A stop in its place on the route. */
export interface Stop extends StopRow {
  readonly point: Point | null;
  readonly hours: readonly Window[] | null;
  /** 1 for the first. */
  readonly number: number;
  /** Metres from where one comes: the phone's own place for the next stop, else the stop before; null where unknown. */
  readonly leg: number | null;
  readonly reasons: readonly Reason[];
}

/** The places between which the day goes. */
export const placesOf = (rows: readonly StopRow[], { start, end }: DayEnds): readonly (Point | null)[] => [
  start,
  end,
  ...rows.map(({ customer }) => (customer === null ? null : pointOf(customer))),
];

/** The stops in route order with their legs and reasons. */
export function routeOf(
  rows: readonly StopRow[],
  here: Point | null,
  today: string,
  reader: Pick<Reader, "timeZone" | "calendar">,
  cycles: CallCycles = USUAL_CALL_CYCLES,
  ways: Ways = STRAIGHT,
): readonly Stop[] {
  const route = inRouteOrder(
    rows.map((row) => ({
      ...row,
      point: row.customer === null ? null : pointOf(row.customer),
      hours: windowsOn(row.customer?.opening_hours, today, reader.timeZone),
    })),
  );
  const next = route.findIndex((stop) => stop.status === "planned");
  return route.map((stop, index) => {
    const before = index === next && here !== null ? here : (route[index - 1]?.point ?? null);
    return {
      ...stop,
      number: index + 1,
      leg: before === null || stop.point === null ? null : ways.metres(before, stop.point),
      reasons: reasonsToGo(
        {
          value_class: stop.customer?.value_class ?? null,
          last_visit_at: stop.lastVisitAt,
          birthdays: stop.birthdays,
          deal: stop.deal,
          open_tasks: stop.openTasks,
          complaints: stop.complaints,
        },
        today,
        reader,
        cycles,
      ),
    };
  });
}

/** The open deals at the customers of the day, each customer once, by currency. */
export function moneyInPlay(stops: readonly StopRow[], currency: string): readonly Money[] {
  const inPlay = new Map(stops.map((stop) => [stop.customer?.id ?? stop.id, stop.inPlay]));
  const money = [...inPlay.values()].flat().map(({ amount, currency: own }) => ({ amount, currency: own ?? currency }));
  return sumByCurrency(money).filter(({ amount }) => amount > 0);
}

/** A number and its unit stay on one line. */
export const unbroken = (text: string): string => text.replaceAll(" ", "\u00a0");

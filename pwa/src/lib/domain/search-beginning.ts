/** What a search shows before anything is typed: whom one is likely to look for. */
import type { Stop } from "#lib/store/queries/today";

/** Of each list so many: more would be a list to search in. */
const MOST = 5;

/** The customers opened last, without the one in sight. */
export const openedBefore = (opened: readonly string[], inSight: string | undefined): readonly string[] =>
  opened.filter((id) => id !== inSight).slice(0, MOST);

/** The stops of the day that are still to come, one of each customer who is not in sight or `shown` already. */
export function stopsAhead<S extends Pick<Stop, "status" | "customer">>(
  stops: readonly S[],
  shown: readonly string[],
  inSight: string | undefined,
): readonly S[] {
  const seen = new Set([...shown, inSight]);
  return stops
    .filter(({ status, customer }) => {
      if (customer === null || seen.has(customer.id) || (status !== "planned" && status !== "open")) return false;
      seen.add(customer.id);
      return true;
    })
    .slice(0, MOST);
}

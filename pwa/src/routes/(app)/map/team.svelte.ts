/** The team's day as a manager's map shows it: who visits whom, and what is done. */
import { addDays, instantAt } from "#lib/domain/day";
import { teamOf } from "#lib/domain/map/team";
import { spotOf } from "#lib/domain/map/view";
import { fmt, reader } from "#lib/i18n";
import { live } from "#lib/store/live.svelte";
import type { TeamDrawing } from "./paint-team";

/** The members with their visits of the day, and how they are drawn; null while the day is not shown. */
export function useTeamDay(clock: { readonly now: number }, isShown: () => boolean) {
  const today = $derived(fmt.dayOf(clock.now));
  const visits = live(() =>
    isShown()
      ? [
          "map.day",
          {
            day: today,
            from: instantAt(today, 0, reader.timeZone),
            to: instantAt(addDays(today, 1), 0, reader.timeZone),
          },
        ]
      : null,
  );
  const members = $derived(isShown() ? teamOf(visits.current ?? []) : null);
  const drawing = $derived<readonly TeamDrawing[] | null>(
    members?.map(({ name, tone, visits: own }) => ({
      tone,
      text: fmt.initials(name),
      visits: own.map((visit) => ({
        spot: spotOf(visit),
        customer: visit.customer,
        state: visit.status === "done" || visit.status === "open" ? visit.status : ("planned" as const),
      })),
    })) ?? null,
  );
  return {
    get members() {
      return members;
    },
    get drawing() {
      return drawing;
    },
  };
}

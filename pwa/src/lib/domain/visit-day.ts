/** The days that one tap plans a visit for. */
import type { Weekday } from "#lib/i18n/week";
import { addDays, nextWeekStart } from "./day";

/** A day on offer, and what it is called. */
export interface DayChoice {
  readonly chip: "today" | "tomorrow" | "in_3_days" | "next_week";
  readonly day: string;
}

/** The days on offer on `today`, soonest first; none twice. */
export function dayChoices(today: string, weekStart: Weekday): readonly DayChoice[] {
  const choices: DayChoice[] = [
    { chip: "today", day: today },
    { chip: "tomorrow", day: addDays(today, 1) },
    { chip: "in_3_days", day: addDays(today, 3) },
  ];
  const weekAhead = nextWeekStart(today, weekStart);
  if (choices.every(({ day }) => day !== weekAhead)) choices.push({ chip: "next_week", day: weekAhead });
  return choices.sort((a, b) => (a.day < b.day ? -1 : 1));
}

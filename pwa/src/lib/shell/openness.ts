/** Whether a customer is open, in words. */
import type { Openness } from "#lib/domain/opening-hours";
import type { Arrival } from "#lib/domain/route-plan";
import { fmt, m } from "#lib/i18n";

/** What to say, and whether it wants a second look. */
export interface OpennessWords {
  readonly text: string;
  readonly isWarning: boolean;
}

/** When one comes: the arrival, or the agreed hour that one waits for and by which it was judged. */
export type Coming = Pick<Arrival<unknown>, "at" | "waitsFor">;

/** Says it of now, or of when one comes later; where today `isHoliday` there, the hours of the weekday are not said. */
export function opennessWords(openness: Openness, now: number, coming?: Coming, isHoliday = false): OpennessWords {
  if (isHoliday) return { text: m.hours_closed_today(), isWarning: true };
  switch (openness.state) {
    case "open":
      return { text: m.hours_open_until({ time: fmt.time(openness.until) }), isWarning: false };
    case "opens":
      return {
        text: opensAt(fmt.time(openness.at), coming?.at === now && coming.waitsFor === null ? undefined : coming),
        isWarning: true,
      };
    case "closed": {
      const { since } = openness;
      if (since === null) return { text: m.hours_closed_today(), isWarning: true };
      const time = fmt.time(since);
      const isOver = since <= now || coming === undefined;
      return { text: isOver ? m.hours_closed_since({ time }) : closesAt(time, coming), isWarning: true };
    }
  }
}

function opensAt(time: string, coming: Coming | undefined): string {
  if (coming === undefined) return m.hours_opens_at({ time });
  const { at, waitsFor } = coming;
  if (waitsFor !== null) return m.hours_planned_opens({ time, planned: fmt.time(waitsFor) });
  return m.hours_opens_after({ time, arrival: fmt.time(at) });
}

const closesAt = (time: string, { at, waitsFor }: Coming): string =>
  waitsFor === null
    ? m.hours_closes_before({ time, arrival: fmt.time(at) })
    : m.hours_planned_closes({ time, planned: fmt.time(waitsFor) });

/** Whether a customer is open, in words. */
import type { Openness } from "#lib/domain/opening-hours";
import { fmt, m } from "#lib/i18n";

/** What to say, and whether it wants a second look. */
export interface OpennessWords {
  readonly text: string;
  readonly isWarning: boolean;
}

/** Says it of now, or of `arrival` where one comes later. */
export function opennessWords(openness: Openness, now: number, arrival: number = now): OpennessWords {
  const about = fmt.time(arrival);
  switch (openness.state) {
    case "open":
      return { text: m.hours_open_until({ time: fmt.time(openness.until) }), isWarning: false };
    case "opens": {
      const time = fmt.time(openness.at);
      const text = arrival === now ? m.hours_opens_at({ time }) : m.hours_opens_after({ time, arrival: about });
      return { text, isWarning: true };
    }
    case "closed": {
      const { since } = openness;
      if (since === null) return { text: m.hours_closed_today(), isWarning: true };
      const time = fmt.time(since);
      const text = since <= now ? m.hours_closed_since({ time }) : m.hours_closes_before({ time, arrival: about });
      return { text, isWarning: true };
    }
  }
}

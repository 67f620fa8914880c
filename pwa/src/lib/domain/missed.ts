/** Plans of the last days that nobody has made. */
import { addDays, daySpan } from "./day";

/** What lies further back is history. */
const DAYS = 14;

/** The days whose plans may still be made, the latest first, each with its first instant. */
export const missedDays = (
  today: string,
  timeZone: string,
): readonly { readonly day: string; readonly from: number }[] =>
  Array.from({ length: DAYS }, (_, ago) => {
    const { day, from } = daySpan(addDays(today, -1 - ago), timeZone);
    return { day, from };
  });

/** Birthdays as the store finds them: by month and day of the ISO day of birth, whichever calendar is read. */

const DAY = 86_400_000;
/** One day away at most, and by the Persian calendar birthdays wander by two (docs/decisions/0263). */
const AROUND = [-3, -2, -1, 0, 1, 2, 3];

/** The days of birth (MM-DD) that may have a birthday at most one day away, by either calendar. Always `BIRTHDAYS_ABOUT`. */
export function birthdaysAbout(day: string): readonly string[] {
  const days = AROUND.map((ahead) => new Date(Date.parse(day) + ahead * DAY).toISOString().slice(5, 10));
  return [...days, days.includes("02-28") || days.includes("03-01") ? "02-29" : day.slice(5)];
}

/** How many days `birthdaysAbout` names: as many places has the SQL. */
export const BIRTHDAYS_ABOUT = AROUND.length + 1;

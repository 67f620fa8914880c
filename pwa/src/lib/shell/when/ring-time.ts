import { fmt } from "#lib/i18n";

/** When a reminder of `day` rings: its time, with the day where quiet hours have moved it to another one. */
export const ringTime = (day: string, rings: number): string =>
  fmt.dayOf(rings) === day ? fmt.time(rings) : fmt.moment(rings);

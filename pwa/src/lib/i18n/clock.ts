/** Times of a day as they are kept, whatever clock they are shown on. */

/** `07:05` of 425. */
export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** 425 of `07:05`; null where it is no time. */
export function minuteFrom(clock: unknown): number | null {
  const found = typeof clock === "string" ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock) : null;
  return found === null ? null : Number(found[1]) * 60 + Number(found[2]);
}

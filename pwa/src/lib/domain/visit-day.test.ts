import { expect, test } from "vitest";
import { dayChoices } from "./visit-day";

test("a visit is planned for today or a day soon, and no day stands there twice", () => {
  // A Friday.
  expect(dayChoices("2026-11-27", 1).map(({ chip, day }) => `${chip} ${day}`)).toEqual([
    "today 2026-11-27",
    "tomorrow 2026-11-28",
    "in_3_days 2026-11-30",
  ]);
  expect(dayChoices("2026-11-27", 0).map(({ chip }) => chip)).toEqual(["today", "tomorrow", "next_week", "in_3_days"]);
});

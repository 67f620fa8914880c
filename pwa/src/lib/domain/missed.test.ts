import { expect, test } from "vitest";
import { missedDays } from "./missed";

test("the plans of two weeks may still be made, from yesterday back, by the clock of the reader", () => {
  const days = missedDays("2026-11-21", "Europe/Warsaw");
  expect(days.map(({ day }) => day)).toEqual([
    ...Array.from({ length: 14 }, (_, ago) => `2026-11-${String(20 - ago).padStart(2, "0")}`),
  ]);
  expect(days[0]?.from).toBe(Date.UTC(2026, 10, 19, 23));
});

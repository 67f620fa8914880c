import { describe, expect, test } from "vitest";
import type { Visible } from "#lib/store/visible";
import { leftAt, setEnd, setEndBack } from "./visit-end";

const NINE = Date.UTC(2026, 10, 21, 8); // 9:00 in Warsaw
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MIDNIGHT = NINE + 15 * HOUR;
const WARSAW = "Europe/Warsaw";
const key = { id: "visit-1", root: "customer-1" };
const estimated: Visible<"visit"> = {
  ...{ ...key, waiting: false, status: "done", checked_in_at: NINE },
  ...{ checked_out_at: NINE + 30 * MINUTE, check_out_estimated: true },
};

describe("the end of a visit that is an estimate", () => {
  const values = (changes: ReturnType<typeof setEnd>) => changes.map((change) => change.v);
  const clock = (hour: number, minute = 0) => hour * 60 + minute;
  test("becomes what its rep says, without the mark, and is an estimate again", () => {
    expect(values(setEnd(key, NINE + 50 * MINUTE))).toEqual([
      { checked_out_at: NINE + 50 * MINUTE, check_out_estimated: null },
    ]);
    expect(values(setEndBack(estimated))).toEqual([{ checked_out_at: NINE + 30 * MINUTE, check_out_estimated: true }]);
  });
  test("is on the day of the check-in, not before it and not to come", () => {
    const at = (minute: number, now: number) => leftAt(NINE, minute, now, WARSAW);
    expect(at(clock(10, 20), NINE + 5 * HOUR)).toBe(NINE + 80 * MINUTE);
    expect(at(clock(9), NINE + 5 * HOUR)).toBe(NINE);
    expect(at(clock(8, 59), NINE + 5 * HOUR)).toBeNull();
    expect(at(clock(14, 1), NINE + 5 * HOUR)).toBeNull();
    expect(at(clock(14), NINE + 5 * HOUR)).toBe(NINE + 5 * HOUR);
    // The next morning it is none of a visit of a whole day.
    expect(at(clock(8), NINE + 29 * HOUR)).toBeNull();
  });
  test("is on the next day where the visit passed midnight, and in the minute of the check-in no earlier than it", () => {
    const late = MIDNIGHT - 4 * MINUTE + 20_000;
    expect(leftAt(late, clock(0, 15), MIDNIGHT + 9 * HOUR, WARSAW)).toBe(MIDNIGHT + 15 * MINUTE);
    expect(leftAt(late, clock(0, 15), MIDNIGHT + 10 * MINUTE, WARSAW)).toBeNull();
    expect(leftAt(late, clock(23, 56), MIDNIGHT + 9 * HOUR, WARSAW)).toBe(late);
  });
});

import { describe, expect, test } from "vitest";
import { clockOf, minuteFrom } from "#lib/i18n/clock";
import { morningHourFrom, quietHoursFrom, ringsAt, setHours, USUAL_QUIET_HOURS } from "./hours";
import { settingId } from "./setting";

const MAREK = "01idjr5rk0efj854hs1ei0qtuk";

const ZONE = "Europe/Warsaw";
const at = (hour: number, minute = 0, day = 18) => Date.UTC(2026, 10, day, hour - 1, minute);

test("a minute of the day and the clock are the same thing", () => {
  for (const minute of [0, 7 * 60 + 5, 1_439]) expect(minuteFrom(clockOf(minute))).toBe(minute);
  expect(["24:00", "7:00", "07:60", 7, null, ""].map(minuteFrom)).toEqual(Array(6).fill(null));
});

test("what cannot be read is the usual", () => {
  expect(quietHoursFrom({ from: "22:00", to: "06:30" })).toEqual({ from: 1_320, to: 390 });
  for (const value of [undefined, null, 7, {}, { from: "22:00" }, { from: "22", to: "7" }])
    expect(quietHoursFrom(value)).toEqual(USUAL_QUIET_HOURS);
  expect([8, 24, -1, 8.5, "8", undefined].map(morningHourFrom)).toEqual([8, 9, 9, 9, 9, 9]);
});

describe("a reminder in quiet hours rings at their end", () => {
  const rings = (instant: number, quiet = USUAL_QUIET_HOURS) => ringsAt(instant, quiet, ZONE);
  test("before midnight and after it", () => {
    expect(rings(at(22))).toBe(at(7, 0, 19));
    expect(rings(at(3))).toBe(at(7));
  });
  test("not at their end, not before their beginning", () => {
    expect(rings(at(7))).toBe(at(7));
    expect(rings(at(20, 59))).toBe(at(20, 59));
    expect(rings(at(21))).toBe(at(7, 0, 19));
  });
  test("also where they lie within one day, and never where there are none", () => {
    expect(rings(at(13), { from: 720, to: 840 })).toBe(at(14));
    expect(rings(at(3), { from: 720, to: 720 })).toBe(at(3));
  });
});

test("a choice is the person's own record, made once and changed after", () => {
  const [made] = setHours(MAREK, "quiet_hours", null, { from: 1_320, to: 390 });
  expect(made).toEqual({
    ...{ kind: "setting", id: settingId(MAREK, "quiet_hours"), root: MAREK },
    v: { name: "quiet_hours", value: { from: "22:00", to: "06:30" } },
  });
  expect(setHours(MAREK, "morning_hour", "s", 8)[0]).toMatchObject({
    ...{ id: "s", v: { name: "morning_hour", value: 8 } },
  });
});

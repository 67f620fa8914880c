import { expect, test } from "vitest";
import { dayEndFrom, setDayEnd } from "./day-ends";
import { settingId } from "./setting";

const ME = "01idjr5rk0efj854hs1ei0qtuk";
const HOME = { latitude: 50_061_400, longitude: 19_936_600 };

test("where the day begins is read from a setting, and is anywhere where that cannot be read", () => {
  expect(dayEndFrom({ ...HOME, more: 1 })).toEqual(HOME);
  const unread = [null, undefined, "home", {}, { latitude: 91_000_000, longitude: 0 }, { latitude: 1.5, longitude: 0 }];
  expect(unread.map(dayEndFrom)).toEqual(unread.map(() => null));
});

test("it is written to the record that stands, in the person's own part of the book", () => {
  expect(setDayEnd(ME, "day_end", "old", HOME)).toEqual([
    { kind: "setting", id: "old", root: ME, v: { name: "day_end", value: HOME } },
  ]);
  expect(setDayEnd(ME, "day_start", null, null)[0]).toMatchObject({
    id: settingId(ME, "day_start"),
    v: { value: null },
  });
});

import { describe, expect, test } from "vitest";
import { hoursFromText, textFromHours } from "#lib/i18n/opening-hours";
import {
  addGroup,
  editable,
  hoursOfRows,
  isInOrder,
  isOver,
  opennessAt,
  toggleDay,
  usualHours,
  windowsAt,
  windowsOn,
  withBreak,
  withTime,
} from "./opening-hours";

const SHOP = "Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-13:00";
const THURSDAY = "2026-11-26";
const at = (hour: number) => Date.UTC(2026, 10, 26, hour);

describe("the windows of a day", () => {
  test("are those of its weekday on the clock of the place", () => {
    expect(windowsOn(SHOP, THURSDAY, "Europe/Warsaw")).toEqual([
      { from: at(7), to: at(11) },
      { from: at(12), to: at(16) },
    ]);
    expect(windowsOn("Th 20:00-24:00", THURSDAY, "UTC")).toEqual([{ from: at(20), to: at(24) }]);
  });

  test("go on past midnight, and the next day's begin as that day says", () => {
    const bar = "Th-Fr 18:00-02:00";
    expect(windowsOn(bar, THURSDAY, "UTC")).toEqual([{ from: at(18), to: at(26) }]);
    expect(windowsOn(bar, "2026-11-28", "UTC")).toEqual([]);
    expect(windowsAt(bar, at(20), "UTC")).toEqual([{ from: at(18), to: at(26) }]);
    expect(opennessAt(windowsAt(bar, at(25), "UTC"), at(25))).toEqual({ state: "open", until: at(26) });
    expect(opennessAt(windowsAt(bar, at(26), "UTC"), at(26))).toEqual({ state: "opens", at: at(42) });
    expect(windowsAt(null, at(25), "UTC")).toBeNull();
  });

  test("are none on a day that is not named, and unknown where nobody has said", () => {
    expect(windowsOn(SHOP, "2026-11-29", "UTC")).toEqual([]);
    expect(windowsOn(null, THURSDAY, "UTC")).toBeNull();
    expect(windowsOn("ring first", THURSDAY, "UTC")).toBeNull();
  });

  test("tell until when one may come, from when, or that it is over", () => {
    const day = windowsOn(SHOP, THURSDAY, "UTC");
    expect(opennessAt(day, at(7))).toEqual({ state: "opens", at: at(8) });
    expect(opennessAt(day, at(8))).toEqual({ state: "open", until: at(12) });
    expect(opennessAt(day, at(12))).toEqual({ state: "opens", at: at(13) });
    expect(opennessAt(day, at(17))).toEqual({ state: "closed", since: at(17) });
    expect(opennessAt([], at(9))).toEqual({ state: "closed", since: null });
    expect(opennessAt(null, at(9))).toBeNull();
  });

  test("are over when the last has ended, at once where there is none, and never where nobody has said", () => {
    const day = windowsOn(SHOP, THURSDAY, "UTC");
    expect([at(7), at(12), at(17) - 1, at(17)].map((instant) => isOver(day, instant))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect([isOver([], at(0)), isOver(null, at(23))]).toEqual([true, false]);
  });
});

describe("hours that are filled in", () => {
  test("begin as five days of the week where one works", () => {
    expect(textFromHours(usualHours(1))).toBe("Mo-Fr 08:00-17:00");
    expect(textFromHours(usualHours(0))).toBe("Mo-Fr 08:00-17:00");
    expect(textFromHours(usualHours(6))).toBe("Sa-We 08:00-17:00");
  });

  test("have one row for days with the same hours, wherever they are", () => {
    const rows = editable(hoursFromText("Mo 08:00-17:00; Tu 09:00-12:00; We-Fr 08:00-17:00") ?? []);
    expect(rows.map(({ days }) => days)).toEqual([[1, 3, 4, 5], [2]]);
    expect(textFromHours(hoursOfRows(rows))).toBe("Mo 08:00-17:00; Tu 09:00-12:00; We-Fr 08:00-17:00");
  });

  test("open a day in one row and so not in the others, and the next day in another one", () => {
    const rows = addGroup(editable(usualHours(1)));
    expect(textFromHours(hoursOfRows(rows))).toBe("Mo-Fr 08:00-17:00; Sa 09:00-13:00");
    expect(textFromHours(hoursOfRows(toggleDay(rows, 1, 5)))).toBe("Mo-Th 08:00-17:00; Fr-Sa 09:00-13:00");
    expect(textFromHours(hoursOfRows(toggleDay(rows, 0, 1)))).toBe("Tu-Fr 08:00-17:00; Sa 09:00-13:00");
  });

  test("end on the next day where they end no later than they begin", () => {
    const usual = [{ from: 480, to: 1020 }];
    const late = withTime(withTime(usual, 0, "from", 1080), 0, "to", 120);
    expect([late, isInOrder(late)]).toEqual([[{ from: 1080, to: 1560 }], true]);
    expect(withTime(late, 0, "from", 60)).toEqual([{ from: 60, to: 120 }]);
    expect(withTime(usual, 0, "to", 0)).toEqual([{ from: 480, to: 1440 }]);
    const whole = withTime(usual, 0, "to", 480);
    expect(isInOrder(whole)).toBe(false);
    expect(isInOrder([{ from: 0, to: 1440 }])).toBe(true);
    const broken = withTime([...withBreak(usual)], 1, "to", 120);
    expect([broken[1], isInOrder(broken)]).toEqual([{ from: 780, to: 1560 }, true]);
    expect(isInOrder(withTime(broken, 0, "to", 60))).toBe(false);
    expect(isInOrder(withBreak([{ from: 1320, to: 1800 }]))).toBe(false);
  });

  test("take a break in their middle, and want each time later than the one before", () => {
    expect(withBreak([{ from: 480, to: 1020 }])).toEqual([
      { from: 480, to: 720 },
      { from: 780, to: 1020 },
    ]);
    expect(isInOrder(withBreak([{ from: 480, to: 1020 }]))).toBe(true);
    expect(isInOrder(withBreak([{ from: 600, to: 620 }]))).toBe(false);
    expect(isInOrder([{ from: 600, to: 600 }])).toBe(false);
  });
});

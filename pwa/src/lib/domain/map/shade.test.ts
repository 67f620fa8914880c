import { describe, expect, test } from "vitest";
import { USUAL_CALL_CYCLES } from "../call-cycle";
import { CORNERS, daysOverdue, overdueOf, SHADES, shadeOf } from "./shade";

const NOW = Date.UTC(2026, 10, 26, 9);
const DUE = { today: Date.UTC(2026, 10, 26), cycles: USUAL_CALL_CYCLES };
const DAY = 86_400_000;
const seen = (days: number, value_class: "vip" | "main" | "regular" | "small" | null = "main") => ({
  value_class,
  phase: null,
  lastVisitAt: NOW - days * DAY,
});

describe("how overdue a visit is", () => {
  test("counts from the call cycle of the value class", () => {
    const days = (due: typeof DUE) =>
      (["vip", "main", "regular", "small", null] as const).map((one) => daysOverdue(seen(65, one), due));
    expect(days(DUE)).toEqual([51, 44, 35, 5, 35]);
    const cycles = { vip: 7, main: 65, regular: 66, small: 730 };
    expect(days({ ...DUE, cycles }), "as the organisation has set them").toEqual([58, 0, -1, -665, 35]);
  });

  test("counts days of the calendar, as Today does", () => {
    const lateLastNight = { value_class: "main" as const, lastVisitAt: DUE.today - 1 };
    expect(daysOverdue(lateLastNight, DUE)).toBe(1 - 21);
    expect(daysOverdue({ ...lateLastNight, lastVisitAt: NOW + DAY }, DUE)).toBe(-21);
  });

  test("is fresh until the cycle is over, due for two weeks, then overdue; and never is a word of its own", () => {
    expect([0, 20, 21, 35, 36].map((days) => overdueOf(seen(days), DUE))).toEqual([
      "fresh",
      "fresh",
      "due",
      "due",
      "overdue",
    ]);
    expect(overdueOf({ value_class: "vip", lastVisitAt: null }, DUE)).toBe("never");
  });
});

describe("a mark", () => {
  test("has the shade of its way to colour", () => {
    const customer = { ...seen(100, "vip"), phase: "leaving" as const };
    const names = (["overdue", "value", "phase"] as const).map((by) => SHADES[by][shadeOf(by, customer, DUE)]?.name);
    expect(names).toEqual(["overdue", "vip", "leaving"]);
  });

  test("says so where class or phase are not known", () => {
    const nobody = { value_class: null, phase: null, lastVisitAt: null };
    expect(SHADES.value[shadeOf("value", nobody, DUE)]?.name).toBe("unknown");
    expect(SHADES.phase[shadeOf("phase", nobody, DUE)]?.name).toBe("unknown");
  });

  test("is never told from another of its legend by its colour alone", () => {
    for (const shades of Object.values(SHADES)) {
      const looks = shades.map(({ shape, tone }) => `${shape} ${shape === "ring" ? tone : ""}`);
      expect(new Set(looks).size).toBe(shades.length);
    }
    expect(Object.keys(CORNERS)).toHaveLength(3);
  });
});

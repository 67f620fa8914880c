import { describe, expect, test } from "vitest";
import { CORNERS, daysOverdue, overdueOf, SHADES, shadeOf } from "./shade";

const NOW = Date.UTC(2026, 10, 26, 9);
const DAY = 86_400_000;
const seen = (days: number, value_class: "vip" | "main" | "regular" | "small" | null = "main") => ({
  value_class,
  phase: null,
  lastVisitAt: NOW - days * DAY,
});

describe("how overdue a visit is", () => {
  test("counts from what is usual for the value class", () => {
    expect(["vip", "main", "regular", "small", null].map((one) => daysOverdue(seen(65, one as "vip"), NOW))).toEqual([
      51, 35, 5, -55, 5,
    ]);
  });

  test("is fresh up to the day, due for two weeks, then overdue; and never is a word of its own", () => {
    expect([0, 30, 31, 44, 45].map((days) => overdueOf(seen(days), NOW))).toEqual([
      "fresh",
      "fresh",
      "due",
      "due",
      "overdue",
    ]);
    expect(overdueOf({ value_class: "vip", lastVisitAt: null }, NOW)).toBe("never");
  });
});

describe("a mark", () => {
  test("has the shade of its way to colour", () => {
    const customer = { ...seen(100, "vip"), phase: "leaving" as const };
    const names = (["overdue", "value", "phase"] as const).map((by) => SHADES[by][shadeOf(by, customer, NOW)]?.name);
    expect(names).toEqual(["overdue", "vip", "leaving"]);
  });

  test("says so where class or phase are not known", () => {
    const nobody = { value_class: null, phase: null, lastVisitAt: null };
    expect(SHADES.value[shadeOf("value", nobody, NOW)]?.name).toBe("unknown");
    expect(SHADES.phase[shadeOf("phase", nobody, NOW)]?.name).toBe("unknown");
  });

  test("is never told from another of its legend by its colour alone", () => {
    for (const shades of Object.values(SHADES)) {
      const looks = shades.map(({ shape, tone }) => `${shape} ${shape === "ring" ? tone : ""}`);
      expect(new Set(looks).size).toBe(shades.length);
    }
    expect(Object.keys(CORNERS)).toHaveLength(3);
  });
});

import { expect, test } from "vitest";
import { callCyclesFrom, cycleOf, MAX_CYCLE_DAYS, setCycle, USUAL_CALL_CYCLES } from "./call-cycle";
import { settingId } from "./setting";

test("what the setting says counts, and the usual where it says nothing that can be read", () => {
  expect(callCyclesFrom({ vip: 7, main: 0, regular: "x", small: 1.5 })).toEqual({ ...USUAL_CALL_CYCLES, vip: 7 });
  for (const value of [null, undefined, "x", 7, []]) expect(callCyclesFrom(value)).toEqual(USUAL_CALL_CYCLES);
});
test("a customer without a class has a cycle too", () => {
  expect(cycleOf(null, USUAL_CALL_CYCLES)).toBe(30);
  expect(cycleOf("small", USUAL_CALL_CYCLES)).toBe(60);
});
test("one class is changed and the others stay", () => {
  expect(setCycle(USUAL_CALL_CYCLES, "main", 10, null)).toEqual([
    {
      kind: "setting",
      id: settingId("shared", "call_cycles"),
      root: "shared",
      v: { name: "call_cycles", value: { ...USUAL_CALL_CYCLES, main: 10 } },
    },
  ]);
  expect(setCycle(USUAL_CALL_CYCLES, "main", 10, "s")?.[0]?.id).toBe("s");
});
test("days that are no cycle are not saved", () => {
  for (const days of [0, -1, 1.5, Number.NaN, MAX_CYCLE_DAYS + 1])
    expect(setCycle(USUAL_CALL_CYCLES, "vip", days, null)).toBeNull();
});

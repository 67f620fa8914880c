import { expect, test } from "vitest";
import { isId, newId } from "$sync/identifier";
import { settingId } from "./setting";

const [MAREK, EWA] = ["01idjr5rk0efj854hs1ei0qtuk", "01hv0000j7vnq5tm3c9p8s2g4r"];

test("a setting has the same id on every device, and another for each name and person", () => {
  expect(settingId(MAREK, "quiet_hours")).toBe(settingId(MAREK, "quiet_hours"));
  const ids = [MAREK, EWA, "shared"].flatMap((root) => [settingId(root, "quiet_hours"), settingId(root, "day_start")]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every(isId)).toBe(true);
});

test("its id is fixed for good", () => {
  expect(settingId(MAREK, "quiet_hours")).toBe("0000000001efj854hs1ei0qtuk");
  expect(settingId("shared", "call_cycles")).toBe("0000000005e008000000000000");
});

test("it comes before every record that was made by another rule, on a device whose clock is wrong too", () => {
  for (const root of [MAREK, "shared"])
    expect(settingId(root, "call_cycles") < newId(86_400_000, new Uint8Array(10))).toBe(true);
});

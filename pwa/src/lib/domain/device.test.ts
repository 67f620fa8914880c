import { describe, expect, test } from "vitest";
import { builtAt, byGravity, type DeviceFacts, type DeviceTold, problemsOf, spanOf, stateOf } from "./device";

const NOW = Date.UTC(2026, 10, 21, 9);
const MINUTE = 60_000;
const DAY = 86_400_000;
const OWN = String(NOW - DAY);

const SOUND: DeviceTold = {
  version: OWN,
  waiting: 0,
  files: 0,
  persisted: true,
  offset: 0,
  repairs: 0,
};
const device = (gone: number, told: Partial<DeviceTold> | null = {}, more: Partial<DeviceFacts> = {}): DeviceFacts => ({
  lastSeen: NOW - gone,
  revokedAt: null,
  wipedAt: null,
  report: told === null ? null : { ...SOUND, ...told },
  ...more,
});
const problems = (one: DeviceFacts) => problemsOf(one, NOW, OWN);

describe("a device", () => {
  test("in contact and sound has no problem", () => {
    expect(problems(device(0, { waiting: 4 }))).toEqual([]);
    expect(problems(device(0, null))).toEqual([]);
  });

  test("names the gravest problem first", () => {
    const version = String(NOW - 9 * DAY);
    const told = { waiting: 2, offset: -3 * MINUTE, persisted: false, repairs: 1, version };
    expect(problems(device(4 * DAY, told, { wipedAt: NOW }))).toEqual([
      "unsent",
      "silent",
      "wiping",
      "clock",
      "not_kept",
      "mended",
      "outdated",
    ]);
  });

  test("whose unsent work may still be on its way is left alone", () => {
    expect(problems(device(59 * MINUTE, { waiting: 2 }))).toEqual([]);
    expect(problems(device(61 * MINUTE, { waiting: 2 }))).toEqual(["unsent"]);
    expect(problems(device(61 * MINUTE, { files: 1 }))).toEqual(["unsent"]);
  });

  test("with a newer app than this one, or one named otherwise, is not outdated", () => {
    expect(problems(device(0, { version: String(NOW) }))).toEqual([]);
    expect(problems(device(0, { version: "headless" }))).toEqual([]);
    expect(builtAt("headless")).toBeNull();
  });

  test("that was signed out or wiped has no problem any more", () => {
    const ended = device(40 * DAY, { waiting: 3 }, { revokedAt: NOW });
    expect(problems(ended)).toEqual([]);
    expect(stateOf(ended)).toBe("revoked");
    expect(stateOf({ ...ended, wipedAt: NOW })).toBe("wiped");
    expect(stateOf({ ...ended, revokedAt: null, wipedAt: NOW })).toBe("wiping");
  });
});

test("the time since the last contact falls into one of five spans", () => {
  const spans = [0, 6 * MINUTE, 61 * MINUTE, 25 * 60 * MINUTE, 8 * DAY].map((gone) => spanOf(NOW - gone, NOW));
  expect(spans).toEqual(["now", "hour", "day", "week", "longer"]);
});

test("the list begins with the gravest problem and ends with the devices that have ended", () => {
  const [fine, fresh, skewed, silent, gone] = [
    device(MINUTE),
    device(0),
    device(0, { offset: DAY }),
    device(5 * DAY),
    device(0, {}, { revokedAt: NOW }),
  ];
  expect([gone, fine, skewed, fresh, silent].sort(byGravity(NOW, OWN))).toEqual([silent, skewed, fresh, fine, gone]);
});

import { expect, test } from "vitest";
import { instantAt } from "#lib/domain/day";
import { fmt, reader } from "#lib/i18n";
import { ringTime } from "./ring-time";

const at = (day: string, hour: number) => instantAt(day, hour, reader.timeZone);

test("a reminder that rings on its own day is told by its time", () => {
  expect(ringTime("2026-11-18", at("2026-11-18", 20))).toBe(fmt.time(at("2026-11-18", 20)));
});

test("a reminder that quiet hours move to the next morning is told with its day", () => {
  expect(ringTime("2026-11-18", at("2026-11-19", 7))).toBe(fmt.moment(at("2026-11-19", 7)));
});

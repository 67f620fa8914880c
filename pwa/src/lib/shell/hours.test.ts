import { expect, test } from "vitest";
import { instantAt } from "#lib/domain/day";
import { USUAL_QUIET_HOURS } from "#lib/domain/hours";
import { dateChoices } from "#lib/domain/task";
import { reader } from "#lib/i18n";
import { ringsFor } from "./hours.svelte";

test("in an hour, said at half past eight in the evening, rings at the end of the quiet hours", () => {
  const { timeZone } = reader;
  const now = instantAt("2026-11-18", 20, timeZone, 30);
  const choices = dateChoices(now, { timeZone, weekStart: 1, morning: 9 });
  const chosen = choices.find(({ chip }) => chip === "in_an_hour");
  expect(chosen?.remind_at).toBe(instantAt("2026-11-18", 21, timeZone, 30));
  expect(chosen && ringsFor(chosen, USUAL_QUIET_HOURS, "")).toBe(instantAt("2026-11-19", 7, timeZone));
});

test("quiet hours go by the clock of the person's record, wherever his device is", () => {
  const at = instantAt("2026-11-18", 20, "Europe/London", 30); // 21:30 in Warsaw
  const rings = (zone: string, remind_at = at) => ringsFor({ remind_at }, USUAL_QUIET_HOURS, zone);
  const morning = instantAt("2026-11-19", 7, "Europe/Warsaw");
  expect(rings("Europe/Warsaw")).toBe(morning);
  expect(rings("Europe/London")).toBe(at);
  // Another day there than here.
  expect(rings("Europe/Warsaw", instantAt("2026-11-18", 23, "Europe/London", 30))).toBe(morning);
  expect(rings("Nowhere/Atlantis")).toBe(rings(""));
});

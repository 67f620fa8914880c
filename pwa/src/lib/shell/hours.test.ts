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
  expect(chosen && ringsFor(chosen, USUAL_QUIET_HOURS)).toBe(instantAt("2026-11-19", 7, timeZone));
});

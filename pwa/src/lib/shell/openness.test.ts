import { beforeAll, expect, test } from "vitest";
import { fmt } from "#lib/i18n";
import { dictionary } from "#lib/i18n/words.svelte";
import { opennessWords } from "./openness";

beforeAll(() => dictionary.open("en"));

const NINE = Date.UTC(2026, 10, 26, 9);
const hours = (count: number) => NINE + count * 3_600_000;
const time = (count: number) => fmt.time(hours(count));
const said = (when?: Parameters<typeof opennessWords>[2]) =>
  (["closed", "opens"] as const).map(
    (state) => opennessWords({ state, since: hours(5), at: hours(5) } as never, NINE, when).text,
  );

test("words of now name no arrival", () => {
  expect(said()[1]).toBe(`Opens at ${time(5)}`);
  expect(said({ at: NINE, waitsFor: null })[1]).toBe(`Opens at ${time(5)}`);
});

test("words of an arrival say when that is", () => {
  expect(said({ at: hours(6), waitsFor: null })).toEqual([
    `Closes at ${time(5)}, you arrive about ${time(6)}`,
    `Opens at ${time(5)}, you arrive about ${time(6)}`,
  ]);
});

test("where one waits for an appointment, its hour is what does not fit, not the early arrival", () => {
  expect(said({ at: hours(3), waitsFor: hours(6) })).toEqual([
    `Planned for ${time(6)}, closes at ${time(5)}`,
    `Planned for ${time(6)}, opens at ${time(5)}`,
  ]);
});

test("on a holiday nobody is said to be open, whatever the hours of the weekday say", () => {
  for (const openness of [
    { state: "open", until: hours(5) },
    { state: "opens", at: hours(5) },
    { state: "closed", since: hours(-1) },
  ] as const)
    expect(opennessWords(openness, NINE, { at: hours(6), waitsFor: null }, true)).toEqual({
      text: "Closed today",
      isWarning: true,
    });
});

import { afterEach, describe, expect, test, vi } from "vitest";
import { countryOfWeek, weekStartByTable, weekStartIn } from "./week";

const [SUNDAY, MONDAY, SATURDAY] = [0, 1, 6];

/** A browser that knows languages, but neither weeks nor zones. */
function forgetPlaces() {
  vi.stubGlobal("Intl", { ...Intl, Locale: Ignorant });
}
class Ignorant {
  readonly region: string | undefined;
  constructor(tag: string) {
    this.region = /-([A-Z]{2})\b/.exec(tag)?.[1];
  }
}
afterEach(() => vi.unstubAllGlobals());

describe("a week", () => {
  const known: [string, number][] = [
    ...["PL", "RU", "CN", "GB", "DE", "AE", "KZ"].map((country): [string, number] => [country, MONDAY]),
    ...["IR", "IQ", "AF", "EG", "KW"].map((country): [string, number] => [country, SATURDAY]),
    ...["US", "CA", "IL", "IN", "JP", "BR", "SA"].map((country): [string, number] => [country, SUNDAY]),
    ["MV", 5],
  ];
  test.each(known)("begins in %s on day %i", (country, day) => {
    expect(weekStartIn(country)).toBe(day);
    expect(weekStartByTable(country)).toBe(day);
  });
  test("begins as the table says where the browser does not know", () => {
    forgetPlaces();
    expect(["IR", "US", "PL"].map(weekStartIn)).toEqual([SATURDAY, SUNDAY, MONDAY]);
  });
  test("begins on Monday in a country that there is not", () => {
    expect(["XX", "", "Poland", "001"].map(weekStartIn)).toEqual([1, 1, 1, 1]);
  });
});

describe("the country of a week", () => {
  test("is that of the only territories held, whatever clock and language say", () => {
    expect(countryOfWeek(["PL"], "Asia/Tehran", ["fa-IR"])).toBe("PL");
    expect(countryOfWeek(["IR"], "Europe/Warsaw", ["pl-PL"])).toBe("IR");
  });
  test("is the one of several that the clock is set to", () => {
    expect(countryOfWeek(["CN", "IR", "PL"], "Europe/Warsaw", ["fa-IR"])).toBe("PL");
    expect(countryOfWeek(["CN", "IR", "PL"], "Asia/Tehran", ["en-GB"])).toBe("IR");
  });
  test("is that of the clock where nothing is held, be it in no country of the table", () => {
    expect(countryOfWeek([], "America/New_York", ["pl-PL"])).toBe("US");
    expect(weekStartIn(countryOfWeek([], "Europe/Berlin", ["en-US"]))).toBe(MONDAY);
  });
  test("is found for every clock of a country of the table, although only those of its area are asked", () => {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const countries = letters.flatMap((first) => letters.map((second) => first + second));
    for (const country of countries.filter((one) => weekStartByTable(one) !== MONDAY)) {
      const known = new Intl.Locale(`und-${country}`) as { getTimeZones?(): string[]; timeZones?: string[] };
      for (const zone of known.getTimeZones?.() ?? known.timeZones ?? [])
        expect(weekStartByTable(countryOfWeek([], zone, ["pl-PL"])), zone).not.toBe(MONDAY);
    }
  });
  test("is that of the language on a clock of nowhere, and in a browser that knows no zones", () => {
    expect(countryOfWeek(["CN", "IR"], "UTC", ["fa", "fa-IR"])).toBe("IR");
    expect(countryOfWeek([], "Etc/GMT-3", ["en"])).toBe("001");
    forgetPlaces();
    expect(countryOfWeek(["CN", "IR"], "Europe/Warsaw", ["en-US", "en-GB"])).toBe("US");
  });
});

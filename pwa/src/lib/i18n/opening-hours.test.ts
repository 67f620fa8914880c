import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ENTITY_TYPES } from "$sync/schema.gen";
import { groupsOf, hoursFromText, type OpeningHours, textFromHours } from "./opening-hours";
import { showHours } from "./opening-hours-words";

const pattern = ENTITY_TYPES.customer.fields.opening_hours?.pattern ?? "";
const span = { from: 9 * 60, to: 17 * 60 };

describe("opening hours as a text", () => {
  test("name the days that have the same hours together, after a closed day first", () => {
    const shop = "Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-13:00";
    expect(textFromHours(hoursFromText(shop) as OpeningHours)).toBe(shop);
    expect(textFromHours(hoursFromText("Su-We 08:30-18:00; Th,Sa 08:30-18:00") as OpeningHours)).toBe(
      "Sa-Th 08:30-18:00",
    );
    expect(textFromHours(hoursFromText("Mo-Su 00:00-24:00") as OpeningHours)).toBe("Mo-Su 00:00-24:00");
  });

  test("let a later rule say better of a day", () => {
    expect(hoursFromText("Mo-Fr 09:00-17:00; We 10:00-12:00")?.[3]).toEqual([{ from: 600, to: 720 }]);
  });

  test.each([
    "",
    "always",
    "Mo",
    "Mo 9-17",
    "Mo 09:00-09:00",
    "Mo 24:00-02:00",
    "Mo-We-Fr 09:00-17:00",
    "Mo 09:00-24:30",
    "Xx 09:00-17:00",
  ])("are none in %j", (text) => {
    expect(hoursFromText(text)).toBeNull();
  });

  test("that end at midnight or after it belong to the day on which they begin", () => {
    expect(hoursFromText("Fr-Sa 18:00-02:00")?.[5]).toEqual([{ from: 1080, to: 1560 }]);
    expect(textFromHours(hoursFromText("Fr-Sa 18:00-02:00") as OpeningHours)).toBe("Fr-Sa 18:00-02:00");
    expect(textFromHours(hoursFromText("Mo 18:00-00:00") as OpeningHours)).toBe("Mo 18:00-24:00");
  });

  test("are nothing where no day is open", () => {
    expect(textFromHours(Array(7).fill([]))).toBeNull();
  });

  test("come back the same, and are what the record takes, whatever the week", () => {
    const day = fc.constantFrom(
      [],
      [span],
      [
        { from: 480, to: 720 },
        { from: 780, to: 1440 },
      ],
      [{ from: 1080, to: 1560 }],
    );
    fc.assert(
      fc.property(fc.array(day, { minLength: 7, maxLength: 7 }), (hours) => {
        const text = textFromHours(hours);
        if (text === null) return expect(hours.flat()).toEqual([]);
        expect(text).toMatch(new RegExp(pattern, "u"));
        expect(hoursFromText(text)).toEqual(hours);
        expect(groupsOf(hours).flatMap(({ days }) => days)).toHaveLength(hours.filter((one) => one.length > 0).length);
      }),
    );
  });
});

test("are read in the reader's language and on his clock", () => {
  const iran = "Sa-We 08:30-13:00,15:00-18:00; Th 08:30-13:00";
  /** As the reader of a device is: what he reads in is no property of his own. */
  class Reading {
    readonly timeZone = "Asia/Tehran";
    constructor(readonly language: "en" | "fa") {}
    get locale() {
      return this.language;
    }
    get calendar() {
      return "persian" as const;
    }
  }
  const said = (text: string, locale: "en" | "fa") => showHours(text, new Reading(locale)).replaceAll("\u00a0", " ");
  expect(said(iran, "en")).toBe("Sat–Wed 8:30–13:00 15:00–18:00 · Thu 8:30–13:00");
  expect(said("Mo 09:00-24:00", "en")).toBe("Mon 9:00–0:00");
  expect(said("Fr 18:00-02:00", "en")).toBe("Fri 18:00–2:00");
  expect(said("by appointment", "en")).toBe("by appointment");
  expect(said(iran, "fa")).toContain("۸:۳۰");
});

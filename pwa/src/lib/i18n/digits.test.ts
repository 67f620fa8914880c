import { expect, test } from "vitest";
import { asciiDigits, localDigits } from "./digits";

test("digits of any of the five languages are typed", () => {
  expect(["۰۹۱۲ ۳۴۵ ۶۷۸۹", "٠٩١٢ ٣٤٥ ٦٧٨٩", "０９１２ ３４５ ６７８９"].map(asciiDigits)).toEqual(
    Array(3).fill("0912 345 6789"),
  );
  expect(asciiDigits("+98 (21) داخلی ۱۲")).toBe("+98 (21) داخلی 12");
});
test("a Persian reads Persian digits, the others those that all of them read", () => {
  expect(localDigits("+98 912-٣٤٥", "fa")).toBe("+۹۸ ۹۱۲-۳۴۵");
  expect((["en", "ru", "zh", "pl"] as const).map((locale) => localDigits("۰۹۱۲", locale))).toEqual(
    Array(4).fill("0912"),
  );
});

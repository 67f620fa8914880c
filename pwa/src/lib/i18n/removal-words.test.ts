import { expect, test } from "vitest";
import { LOCALES } from "./locales";
import { removalText, removalWish } from "./removal-words";
import { dictionary, m } from "./words.svelte";

test.each(LOCALES)(
  "that a record is removed or brought back is said in words, never as yes or no, in %s",
  async (locale) => {
    await dictionary.open(locale);
    const said = [removalText(true), removalText(false), removalWish(true), removalWish(false)];
    expect(new Set(said).size).toBe(4);
    for (const word of [m.common_yes(), m.common_no(), ""]) expect(said).not.toContain(word);
    expect(removalText(null)).toBe(removalText(false));
    expect(removalWish(null)).toBe(removalWish(false));
  },
);

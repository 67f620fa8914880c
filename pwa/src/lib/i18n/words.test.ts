import { beforeEach, expect, test } from "vitest";
import { LOCALES } from "./locales";
import { dictionary, m } from "./words.svelte";

beforeEach(() => dictionary.open("en"));

test("a word is looked up when it is said, so that it follows the language", async () => {
  const say = m.common_check_in;
  expect(say()).toBe("Check in");
  await dictionary.open("fa");
  expect(say()).toBe("ثبت حضور");
});

test("every language says a word of its own, with its plurals", async () => {
  const said = new Set<string>();
  for (const locale of LOCALES) {
    await dictionary.open(locale);
    said.add(m.common_visits({ count: 3 }));
  }
  expect(said.size).toBe(LOCALES.length);
});

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LOCALES } from "./locales";

type Message = string | [{ declarations?: string[]; selectors?: string[]; match: Record<string, string> }];
type Messages = Record<string, Message>;

const FOLDER = new URL("../../../messages/", import.meta.url);
const SETTINGS = new URL("../../../project.inlang/settings.json", import.meta.url);
const areas = readdirSync(FOLDER).sort();

const read = (area: string, locale: string): Messages =>
  JSON.parse(readFileSync(new URL(`${area}/${locale}.json`, FOLDER), "utf8")) as Messages;

const forms = (message: Message): string[] =>
  typeof message === "string" ? [message] : Object.values(message[0].match);

/** What the caller has to hand over: the declared inputs, or the names in braces of a plain message. */
function inputs(message: Message): string[] {
  if (typeof message === "string") return names(message);
  return (message[0].declarations ?? [])
    .filter((line) => line.startsWith("input "))
    .map((line) => line.slice("input ".length))
    .sort();
}

const names = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{([a-zA-Z]\w*)\}/g)].map((m) => m[1] ?? ""))].sort();

const declared = (message: Message): string[] =>
  typeof message === "string"
    ? names(message)
    : (message[0].declarations ?? []).map((line) => line.split(/\s+/)[1] ?? "");

test("every area of the project is a folder, and every folder an area", () => {
  const settings = JSON.parse(readFileSync(SETTINGS, "utf8")) as {
    "plugin.inlang.messageFormat": { pathPattern: string[] };
  };
  const patterns = settings["plugin.inlang.messageFormat"].pathPattern;
  expect(patterns.map((pattern) => pattern.split("/")[2]).sort()).toEqual(areas);
});

describe.each(areas)("messages of %s", (area) => {
  const base = read(area, "en");

  test("begin with the name of their area", () => {
    expect(Object.keys(base).filter((key) => !key.startsWith(`${area}_`))).toEqual([]);
  });

  test.each(LOCALES)("are all there in %s, with the same inputs", (locale) => {
    const messages = read(area, locale);
    expect(Object.keys(messages).sort()).toEqual(Object.keys(base).sort());
    for (const [key, message] of Object.entries(messages)) {
      expect(inputs(message), key).toEqual(inputs(base[key] ?? ""));
      for (const form of forms(message)) {
        expect(form.trim(), `${key} is empty`).not.toBe("");
        for (const name of names(form)) expect(declared(message), key).toContain(name);
      }
    }
  });

  test.each(LOCALES)("have every plural form of %s", (locale) => {
    const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.filter((form) => form !== "zero");
    for (const [key, message] of Object.entries(read(area, locale))) {
      if (typeof message === "string") continue;
      for (const line of message[0].declarations ?? []) {
        const form = /^local (\w+) = \w+: plural$/.exec(line)?.[1];
        if (form === undefined) continue;
        const given = Object.keys(message[0].match).flatMap(
          (match) => new RegExp(`\\b${form}=(\\w+|\\*)`).exec(match)?.[1] ?? [],
        );
        const missing = given.includes("*") ? [] : wanted.filter((category) => !given.includes(category));
        expect(missing, key).toEqual([]);
      }
    }
  });
});

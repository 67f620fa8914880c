import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { dictionary, m } from "#lib/i18n/words.svelte";
import { firstWords, isFirst } from "../vite/words.ts";

const SOURCES = fileURLToPath(new URL("../src", import.meta.url));
const ROOTS = ["routes/+layout.svelte", "routes/+error.svelte", "routes/signin/+page.svelte"];
/** What only lists words, for others to say. */
const LISTS = /i18n\/(words\.svelte|fields)\.ts$/;

function resolve(from: string, named: string): string | null {
  const path = named.startsWith("#lib/")
    ? join(SOURCES, "lib", named.slice("#lib/".length))
    : join(dirname(from), named);
  if (!named.startsWith("#lib/") && !named.startsWith(".")) return null;
  const isFile = (one: string) => statSync(one, { throwIfNoEntry: false })?.isFile() === true;
  return [path, `${path}.ts`, `${path}/index.ts`].find(isFile) ?? null;
}

/** The words that these files say, and those that they import, and so on. */
function wordsSaid(roots: readonly string[]): ReadonlySet<string> {
  const said = new Set<string>();
  const reached = new Set<string>();
  const waiting = roots.map((root) => join(SOURCES, root));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file) || LISTS.test(file)) continue;
    reached.add(file);
    const source = readFileSync(file, "utf8");
    for (const [, key] of source.matchAll(/\bm\.([a-z]\w+)/g)) if (key !== undefined) said.add(key);
    for (const [, named] of source.matchAll(/^(?:import|export) (?!type)[^;]*?from "([^"]+)";/gm)) {
      const next = resolve(file, named ?? "");
      if (next !== null) waiting.push(next);
    }
  }
  return said;
}

test("Whatever is said before anybody is signed in is among the first words.", () => {
  const said = wordsSaid(ROOTS);
  expect([...said]).toEqual(expect.arrayContaining(["signin_title", "signin_first_rows", "common_undo"]));
  expect([...said].filter((key) => !isFirst(key))).toEqual([]);
});

test("The first words are exported and no others are.", () => {
  const source = "export const signin_title = () => {};\nexport const today_title = () => {};\n";
  expect(firstWords(source)).toBe("export const signin_title = () => {};\nconst today_title = () => {};\n");
});

test("The first words are said until all of them are here, and never in place of all of them.", async () => {
  await dictionary.openFirst("pl");
  expect([m.signin_title(), m.today_title(), dictionary.isWhole]).toEqual(["Logowanie", "today_title", false]);
  await dictionary.open("pl");
  const today = m.today_title();
  expect([today === "today_title", dictionary.isWhole]).toEqual([false, true]);
  await dictionary.openFirst("en");
  expect(m.today_title()).toBe(today);
});

import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const SOURCE = new URL("../../", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, SOURCE), "utf8");
const files = globSync("**/*.{svelte,ts,css}", { cwd: SOURCE }).filter((name) => !/paraglide|\.test\./.test(name));
/** Words in the name of an icon that point along the line of reading. */
const POINTING = /(^|-)(left|right|undo|redo|reply|forward|log|send|list|trending|text|cart|indent|external|skip)(-|$)/;
/** Icons that point, and mean the same in every language. */
const KEPT = ["file-text", "phone-outgoing", "toggle-left"];

test("every icon that points along the line of reading is turned round from right to left", () => {
  const used = new Set(
    files.flatMap((name) => [...read(name).matchAll(/@lucide\/svelte\/icons\/([\w-]+)/g)].map((m) => m[1] ?? "")),
  );
  expect(used.size).toBeGreaterThan(100);
  const turned = new Set([...read("lib/ui/app.css").matchAll(/\.lucide-([\w-]+)[,\s]/g)].map((m) => m[1]));
  expect([...used].filter((icon) => POINTING.test(icon) && !KEPT.includes(icon) && !turned.has(icon))).toEqual([]);
});

test("styles name the sides by the direction of reading", () => {
  const physical =
    /(?:^|[\s;{])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)|left|right|float|border-(?:top|bottom)-(?:left|right)-radius)\s*:/;
  const found = files.flatMap((name) => {
    const text = read(name);
    const styles = name.endsWith(".css")
      ? [text]
      : [...text.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map((m) => m[1] ?? "");
    return styles.filter((style) => physical.test(style)).map(() => name);
  });
  expect(found).toEqual([]);
});

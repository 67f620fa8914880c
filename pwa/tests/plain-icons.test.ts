import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { plainIcon } from "../vite/plain-icons.ts";

const FOLDER = new URL("../node_modules/@lucide/svelte/dist/icons/", import.meta.url);
const source = (name: string) => readFileSync(new URL(`${name}.svelte`, FOLDER), "utf8");

test("An icon is drawn as one template, from the drawing that Lucide has of it.", () => {
  const icon = plainIcon("check", source("check"));
  expect(icon).toContain('viewBox="0 0 24 24"');
  expect(icon).toContain('><path d="M20 6 9 17l-5-5" /></svg>');
});

test("An icon has its name as a class, by which styles turn it round from right to left.", () => {
  expect(plainIcon("log-out", source("log-out"))).toContain('class={["lucide-icon lucide-log-out", given]}');
});

test("Every icon of Lucide is written as the plugin knows it.", () => {
  const names = readdirSync(FOLDER).flatMap((file) =>
    file.endsWith(".svelte") ? [file.slice(0, -".svelte".length)] : [],
  );
  expect(names.length).toBeGreaterThan(1000);
  for (const name of names) expect(plainIcon(name, source(name))).toContain("</svg>");
});

test("An icon that is written otherwise is an error, and not an empty place.", () => {
  expect(() => plainIcon("new", "<svg />")).toThrow('Lucide\'s "new"');
});

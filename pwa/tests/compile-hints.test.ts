import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { compileHint, OPENING } from "../vite/compile-hints.ts";

const HINT = "//# allFunctionsCalledOnLoad\n";
const route = (path: string) => `/somewhere/pwa/src/routes/${path}.svelte`;

test("What all screens share is compiled while it arrives, whatever it holds.", () => {
  expect(compileHint({ name: "shell", moduleIds: [] })).toBe(HINT);
  expect(compileHint({ name: "screens", moduleIds: [] })).toBe(HINT);
});

test("So is every screen that the app opens with, and the frame around it.", () => {
  for (const path of OPENING) expect(compileHint({ name: "0", moduleIds: [route(path)] }), path).toBe(HINT);
});

test("A screen that is only come to later is compiled as it is called, and words are.", () => {
  expect(compileHint({ name: "0", moduleIds: [route("(app)/settings/+page")] })).toBe("");
  expect(compileHint({ name: "en", moduleIds: ["/somewhere/pwa/src/lib/paraglide/messages/en.js"] })).toBe("");
});

test("Every screen that is named is there.", () => {
  for (const path of OPENING)
    expect(existsSync(new URL(`../src/routes/${path}.svelte`, import.meta.url)), path).toBe(true);
});

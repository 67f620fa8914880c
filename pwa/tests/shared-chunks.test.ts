import { expect, test } from "vitest";
import { nameReached } from "../vite/shared-chunks.ts";

const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "sign-in": ["form", "words"],
  form: ["button"],
  words: ["form"],
  today: ["button", "list"],
};
const graph = (imports: typeof IMPORTS) => ({
  getModuleInfo: (id: string) => (id in imports ? { importedIds: imports[id] ?? [] } : null),
});

test("What the first screen imports, at whatever distance, is of its chunk, and nothing else is.", () => {
  const name = nameReached("shell", ["sign-in"]);
  const chunking = graph(IMPORTS);
  expect(["sign-in", "form", "button", "words"].map((id) => name(id, chunking))).toEqual(Array(4).fill("shell"));
  expect(["today", "list", "unheard of"].map((id) => name(id, chunking))).toEqual([null, null, null]);
});

test("Each build has its own graph, although the configuration is one.", () => {
  const name = nameReached("shell", ["sign-in"]);
  expect(name("list", graph(IMPORTS))).toBeNull();
  expect(name("list", graph({ "sign-in": ["list"] }))).toBe("shell");
});

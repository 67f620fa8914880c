import { expect, test } from "vitest";
import type { Answer } from "./answer";
import { photosIn, withoutDeleted } from "./answered-photos";
import type { Question } from "./visit-form";

const question = (id: string, type: Question["type"]): Question => ({ id, type, label: id });
const shelf = question("shelf", "photo");
const missing = question("missing", "several_of");
const answers = (given: Readonly<Record<string, Answer>>) => new Map(Object.entries(given));
const plain = (map: ReadonlyMap<string, Answer>) => Object.fromEntries(map);

test("a photo that was deleted answers nothing, whatever the log says", () => {
  const given = answers({ shelf: ["a", "b"] });
  expect(plain(withoutDeleted([shelf], given, new Set(["b"])))).toEqual({ shelf: ["b"] });
  expect(plain(withoutDeleted([shelf], given, new Set(["x"])))).toEqual({});
});
test("answers that are no photos stay as they are", () => {
  const given = answers({ shelf: ["a"], missing: ["a", "oil"] });
  expect(plain(withoutDeleted([shelf, missing], given, new Set()))).toEqual({ missing: ["a", "oil"] });
});
test("until the files are read nobody knows of a deleted one", () => {
  const given = answers({ shelf: ["a"] });
  expect(withoutDeleted([shelf], given, null)).toBe(given);
});
test("the photos of a form are those of its photo questions, in the order of the questions", () => {
  const outside = question("outside", "photo");
  const given = answers({ outside: ["c"], shelf: ["a", "b"], missing: ["oil"] });
  expect(photosIn([shelf, missing, outside], given)).toEqual(["a", "b", "c"]);
  expect(photosIn([outside], given)).toEqual(["c"]);
});

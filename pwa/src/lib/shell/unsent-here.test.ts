import { expect, test } from "vitest";
import { NO_FILES } from "#lib/store/files/status";
import type { Lock } from "#lib/store/lease";
import { unsentHere } from "./unsent-here";

const told = (waiting: number, files: number, locked: Lock, refused = 0) =>
  unsentHere({ waiting, refused, files: { ...NO_FILES, waiting: files }, locked });

test("a locked device tells of changes and of files that are on it alone", () => {
  expect(told(2, 3, "lease")).toEqual([
    { what: "edits", count: 2 },
    { what: "files", count: 3 },
  ]);
});
test("not everything is at the office while a photo is not", () => {
  expect(told(0, 1, "lease")).toEqual([{ what: "files", count: 1 }]);
  expect(told(0, 0, "lease")).toEqual([{ what: "nothing", count: 0 }]);
});
test("nor while something is on it that was refused", () => {
  expect(told(0, 0, "lease", 2)).toEqual([{ what: "refused", count: 2 }]);
});
test("before a wipe the files are told as lost, for it does not wait for them", () => {
  expect(told(1, 4, "wipe")).toEqual([
    { what: "edits", count: 1 },
    { what: "lost", count: 4 },
  ]);
});

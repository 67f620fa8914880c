import { expect, test } from "vitest";
import type { Boxed } from "#lib/store/files/box";
import { unclaimedOf } from "./unclaimed";

const entry = (record: string, part: Boxed["part"], more: Partial<Boxed> = {}): Boxed => ({
  ...{ record, root: "c", part, digest: "", mediaType: "image/jpeg", size: 9, waiting: true, values: null },
  ...{ problem: null, addedAt: 1, usedAt: 1 },
  ...more,
});

test("what nobody takes is one entry a file, with the whole of it rather than the small picture", () => {
  const entries = [
    entry("a", "thumbnail", { size: 1 }),
    entry("a", "file"),
    entry("b", "file"),
    entry("b", "thumbnail"),
  ];
  expect(unclaimedOf(entries, ["a", "b"]).map(({ record, part, size }) => [record, part, size])).toEqual([
    ["a", "file", 9],
    ["b", "file", 9],
  ]);
});

test("the small picture stands for a file of which only that is left", () => {
  const entries = [entry("a", "thumbnail"), entry("a", "file", { waiting: false })];
  expect(unclaimedOf(entries, ["a"])).toMatchObject([{ record: "a", part: "thumbnail" }]);
});

test("other files are none of it, and the oldest stands first", () => {
  const entries = [entry("a", "file", { addedAt: 2 }), entry("b", "file"), entry("c", "file")];
  expect(unclaimedOf(entries, ["a", "b"]).map(({ record }) => record)).toEqual(["b", "a"]);
  expect(unclaimedOf(entries, [])).toEqual([]);
});

test("what it is follows from the kind of its bytes", () => {
  const types = ["image/webp", "audio/webm;codecs=opus", "application/pdf"].map(
    (mediaType) => unclaimedOf([entry("a", "file", { mediaType })], ["a"])[0]?.type,
  );
  expect(types).toEqual(["photo", "voice", "document"]);
});

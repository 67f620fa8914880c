import { expect, test } from "vitest";
import { MemoryBox } from "#lib/store/files/fixtures";
import { withFiles } from "./export";

const entry = (record: string, bytes: Uint8Array<ArrayBuffer>, waiting = true) => ({
  ...({ record, root: "c", part: "file", digest: "d", mediaType: "image/jpeg", size: bytes.length, waiting } as const),
  ...{ values: null, problem: null, addedAt: 0, usedAt: 0, bytes: bytes.buffer },
});
const json = JSON.stringify({ person: "p", edits: [{ v: { note: "}" } }] }, null, 2);

test("what has not been sent of files is part of the export, byte for byte", async () => {
  const box = new MemoryBox();
  const bytes = new Uint8Array(100_000).map((_, at) => (at * 31) % 256);
  await box.put([entry("a", bytes), entry("b", new Uint8Array([1, 2])), entry("sent", bytes, false)]);
  const read = JSON.parse((await withFiles(json, box)).join(""));
  expect(read).toMatchObject({ person: "p", edits: [{ v: { note: "}" } }] });
  expect(read.files.map(({ record }: { record: string }) => record)).toEqual(["a", "b"]);
  expect(Uint8Array.from(atob(read.files[0].bytes), (letter) => letter.charCodeAt(0))).toEqual(bytes);
});

test("an export without files is what it was", async () => {
  expect(await withFiles(json, new MemoryBox())).toEqual([json]);
});

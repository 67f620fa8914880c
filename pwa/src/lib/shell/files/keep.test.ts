import { beforeAll, expect, test } from "vitest";
import { MAX_FILE } from "#lib/domain/file";
import { dictionary, m } from "#lib/i18n/words.svelte";
import type { Store } from "#lib/store/client";
import { StoreError } from "#lib/store/store-error";
import { keepDocument, keepPhoto } from "./keep";

beforeAll(() => dictionary.open("en"));

const TO = { customer: "c", visit: null };
/** A store that takes a file, or fails with a code. */
const storeThat = (code: "storage_full" | null): Store & { readonly taken: unknown[] } => {
  const taken: unknown[] = [];
  const addFile = (change: unknown) => {
    if (code !== null) return Promise.reject(new StoreError(code));
    taken.push(change);
    return Promise.resolve({ saved: true });
  };
  return { taken, addFile, newId: () => "f", now: () => 0, account: { person: "p" } } as never;
};
const fileOf = (name: string, size = 3) => new File([new Uint8Array(size)], name);
const PDF = "%PDF-1.7";

test("a document of a kind that nobody takes is refused in words, and nothing is saved", async () => {
  const store = storeThat(null);
  for (const name of ["program.exe", "page.html", "drawing.svg", "no-end"])
    expect(await keepDocument(store, TO, fileOf(name))).toEqual({ name: "refused", text: m.files_wrong_type() });
  expect(store.taken).toEqual([]);
});

test("a document that is empty or too large is refused in words", async () => {
  const store = storeThat(null);
  expect(await keepDocument(store, TO, fileOf("price.pdf", 0))).toEqual({ name: "refused", text: m.files_empty() });
  const large = { ...{ name: "price.pdf", size: MAX_FILE + 1 } } as File;
  expect((await keepDocument(store, TO, large)).name).toBe("refused");
  expect(store.taken).toEqual([]);
});

test("a picture that the browser cannot read is refused in words", async () => {
  const heic = new Blob([new Uint8Array(12)], { type: "image/heic" });
  expect(await keepPhoto(storeThat(null), TO, heic)).toEqual({ name: "refused", text: m.files_unreadable() });
});

test("a device without room says so, and whoever holds the picture keeps it", async () => {
  expect(await keepDocument(storeThat("storage_full"), TO, new File([PDF], "price.pdf"))).toEqual({ name: "no_room" });
});

test("a document that is taken is kept under its digest", async () => {
  const store = storeThat(null);
  expect(await keepDocument(store, TO, new File([PDF], "Price list.PDF"))).toEqual({ name: "kept", id: "f" });
  expect(store.taken).toMatchObject([{ kind: "file", v: { media_type: "application/pdf", size: 8 } }]);
});

test("a picture under the name of another is kept as what it is, and bytes that the name does not fit are refused in words", async () => {
  const store = storeThat(null);
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect(await keepDocument(store, TO, new File([png], "shelf.jpg"))).toEqual({ name: "kept", id: "f" });
  expect(store.taken).toMatchObject([{ v: { media_type: "image/png", name: "shelf.jpg" } }]);
  for (const name of ["shelf.jpg", "price.pdf", "price.xlsx", "price.csv"])
    expect(await keepDocument(store, TO, fileOf(name))).toEqual({ name: "refused", text: m.files_wrong_type() });
  expect(store.taken).toHaveLength(1);
});

import { describe, expect, test } from "vitest";
import { NO_FILES } from "#lib/store/files/status";
import { ENTITY_TYPES } from "$sync/schema.gen";
import { createFile, documentType, fitInto, MAX_FILE, setCaption, whereaboutsOf } from "./file";

const FILE = {
  id: "f",
  customer: "c",
  person: "p",
  visit: null,
  type: "photo",
  name: null,
  mediaType: "image/jpeg",
  size: 5,
  digest: "d",
  takenAt: 7,
} as const;

test("a file is as large as the schema allows", () => {
  expect(ENTITY_TYPES.file.fields.size?.maximum).toBe(MAX_FILE);
});

describe("a new file", () => {
  test("says what is known, and nothing of what is not", () => {
    expect(createFile(FILE)).toEqual({
      kind: "file",
      id: "f",
      root: "c",
      v: {
        customer: "c",
        person: "p",
        type: "photo",
        media_type: "image/jpeg",
        size: 5,
        digest: "d",
        taken_at: 7,
      },
    });
  });

  test("names its visit, its small picture and its measures", () => {
    const more = { visit: "v", name: "x".repeat(300), thumbnail: { digest: "t", size: 2 }, width: 3, height: 4 };
    expect(createFile({ ...FILE, ...more, duration: 1_500.4 }).v).toMatchObject({
      ...{ visit: "v", thumbnail: "t", thumbnail_size: 2, width: 3, height: 4, duration: 1_500 },
      name: "x".repeat(200),
    });
  });
});

test("an empty caption is none", () => {
  const key = { id: "f", root: "c" };
  expect(setCaption(key, "  shelf ")[0]?.v).toEqual({ caption: "shelf" });
  expect(setCaption(key, " ")[0]?.v).toEqual({ caption: null });
});

test("a photo is made smaller, never larger, and keeps its shape", () => {
  expect(fitInto(4_000, 3_000, 1_600)).toEqual([1_600, 1_200]);
  expect(fitInto(3_000, 4_000, 1_600)).toEqual([1_200, 1_600]);
  expect(fitInto(800, 600, 1_600)).toEqual([800, 600]);
  expect(fitInto(10_000, 1, 320)).toEqual([320, 1]);
});

test("a document's type follows from its name", () => {
  expect(documentType("Offer.PDF")).toBe("application/pdf");
  expect(documentType("prices.v2.xlsx")).toContain("spreadsheetml");
  for (const name of ["page.html", "drawing.svg", "setup.exe", "macro.docm", "noend", ""]) {
    expect(documentType(name)).toBeNull();
  }
});

describe("where the bytes are", () => {
  const file = { id: "f", isStored: false };

  test("at the server, where the record says so", () => {
    expect(whereaboutsOf({ ...file, isStored: true }, NO_FILES)).toEqual({ name: "sent" });
  });

  test("nowhere but on the device that made it, where this one does not have them", () => {
    expect(whereaboutsOf(file, NO_FILES)).toEqual({ name: "elsewhere" });
  });

  test("here, on their way, waiting for Wi-Fi or refused", () => {
    const states = { f: { name: "waiting" } } as const;
    expect(whereaboutsOf(file, { ...NO_FILES, states })).toEqual({ name: "waiting" });
    expect(whereaboutsOf(file, { ...NO_FILES, states, held: "wifi" })).toEqual({ name: "wifi" });
    const refused = { name: "refused", code: "wrong_content" } as const;
    expect(whereaboutsOf(file, { ...NO_FILES, states: { f: refused }, held: "wifi" })).toEqual(refused);
  });
});

import { describe, expect, test } from "vitest";
import type { ConflictItem, MetField } from "#lib/store/queries/conflict";
import { metOf, takenOff, useMine } from "./met";

const ME = { person: "me", name: "Marek" };

const field = (given: Partial<MetField> = {}): MetField => ({
  ...{ field: "city", value: "hers", at: 9, from: "told", mine: { value: "mine", at: 5 } },
  ...given,
});
const item = (given: Partial<ConflictItem> = {}): ConflictItem => ({
  ...{ id: "k", root: "me", other: "anna", otherName: "Anna", kind: "customer", target: "c", targetRoot: "c" },
  ...{ label: "Nowak", values: {}, lost: [], kept: [], happenedAt: 10 },
  ...given,
});

describe("what met", () => {
  test("is told with both people and both values", () => {
    expect(metOf(item(), field(), ME)).toEqual({
      stands: { value: "hers", at: 9, person: "anna", personName: "Anna" },
      gaveWay: { value: "mine", at: 5, person: "me", personName: "Marek" },
      isMineLost: true,
      isChanged: false,
    });
  });

  test("and was written again since names nobody for that but this device", () => {
    const elsewhere = metOf(item(), field({ from: "elsewhere" }), ME);
    expect(elsewhere).toMatchObject({ isChanged: true, stands: { person: "", personName: "" } });
    expect(metOf(item(), field({ from: "here" }), ME)).toMatchObject({ isChanged: true, stands: { person: "me" } });
  });

  test("shows only what is known here", () => {
    expect(metOf(item(), field({ mine: null }), ME).gaveWay).toBeNull();
    expect(metOf(item(), field({ at: null, value: null }), ME).stands).toBeNull();
  });
});

describe("one's own value", () => {
  test("is put back over what stands, and taken back again", () => {
    const at = { kind: "customer", id: "c", root: "c" };
    expect(useMine(item(), field(), "rep")).toEqual({
      change: { ...at, v: { city: "mine" } },
      back: { ...at, v: { city: "hers" } },
    });
    const third = field({ value: "third", from: "elsewhere" });
    expect(useMine(item(), third, "rep")?.back).toEqual({ ...at, v: { city: "third" } });
    const emptied = field({ mine: { value: null, at: 5 } });
    expect(useMine(item(), emptied, "rep")?.change).toEqual({ ...at, v: { city: null } });
  });

  test("is not taken back where the field must have a value and had none", () => {
    const name = field({ field: "name", value: null });
    expect(useMine(item(), name, "rep")).toMatchObject({ change: { v: { name: "mine" } }, back: null });
  });

  test("is not put back where it stands already, is not known, or is not this person's to write", () => {
    expect(useMine(item(), field({ value: "mine", from: "here" }), "rep")).toBeNull();
    expect(useMine(item(), field({ mine: null }), "rep")).toBeNull();
    expect(useMine(item(), field({ at: null }), "rep")).toBeNull();
    const territory = field({ field: "territory", value: "a", mine: { value: "b", at: 5 } });
    expect(useMine(item(), territory, "rep")).toBeNull();
    expect(useMine(item(), field({ field: "of_a_later_version" }), "rep")).toBeNull();
    const shared = item({ kind: "visit_form", targetRoot: "shared" });
    expect(useMine(shared, field({ field: "name" }), "rep")).toBeNull();
  });
});

test("it is taken off the list, and put back", () => {
  const at = { kind: "conflict", id: "k", root: "me" };
  expect(takenOff(item())).toEqual({ ...at, v: { deleted: true } });
  expect(takenOff(item(), false)).toEqual({ ...at, v: { deleted: false } });
});

import { expect, test } from "vitest";
import {
  changeList,
  filterOf,
  filtersFrom,
  isKnown,
  isSameFilters,
  type ListFilter,
  needsPlace,
  removeList,
  saveList,
  searchFrom,
  shareList,
  sortFrom,
  withFilter,
  withSearch,
} from "./saved-list";

const me = "01jdme";
const looker = { person: me, today: "2026-11-21", timeZone: "Europe/Warsaw" };
const tomorrow: ListFilter = { name: "moon_phase", values: ["full"] };

test("all filters hold at once, and 'me' is whoever looks", () => {
  const filters = [
    { name: "owner", values: ["me", "01jdanna"] },
    { name: "not_seen", amount: 30 },
    { name: "value_class", values: ["vip", "main"] },
    { name: "near", amount: 5000 },
    { name: "tag", values: ["cash"] },
  ];
  expect(filterOf(filters, looker)).toEqual({
    name: "every",
    owners: [me, "01jdanna"],
    unseenSince: Date.UTC(2026, 9, 22, 22), // the 23rd begins in Warsaw
    valueClasses: ["vip", "main"],
    within: 5000,
    tags: ["cash"],
  });
  expect(needsPlace({ filters, sort: "name" })).toBe(true);
  expect(needsPlace({ filters: [], sort: "distance" })).toBe(true);
  expect(needsPlace({ filters: filters.slice(0, 3), sort: "value" })).toBe(false);
});

test("a filter of a newer version is kept, said to be unknown and not applied", () => {
  const read = filtersFrom([tomorrow, { name: "phase", values: ["loyal"] }]);
  expect(read.map(isKnown)).toEqual([false, true]);
  expect(filterOf(read, looker)).toEqual({ name: "every", phases: ["loyal"] });
  const edited = withFilter(read, "phase", { values: ["loyal", "repeat"] });
  expect(edited).toContain(tomorrow);
  expect(changeList({ id: "1", root: me }, { filters: edited, sort: "name" })[0]?.v).toMatchObject({ filters: edited });
});

test("a choice that only a newer version knows makes the whole filter unknown, or the list would be shorter than it says", () => {
  expect(isKnown({ name: "value_class", values: ["vip", "platinum"] })).toBe(false);
  expect(isKnown({ name: "not_seen" })).toBe(false);
  expect(isKnown({ name: "city", values: [] })).toBe(false);
  expect(isKnown({ name: "constructor", values: ["x"] })).toBe(false);
});

test("what is no filter is not one", () => {
  expect(filtersFrom(null)).toEqual([]);
  expect(
    filtersFrom([3, null, {}, { name: 1 }, { name: "city", values: [1] }, { name: "city", values: ["Łódź"] }]),
  ).toEqual([{ name: "city", values: ["Łódź"] }]);
  expect(sortFrom("by_moon")).toBe("name");
  expect(sortFrom("distance")).toBe("distance");
});

test("a filter is set in its place and taken away", () => {
  const filters = [
    { name: "city", values: ["Łódź"] },
    { name: "not_seen", amount: 30 },
  ];
  expect(withFilter(filters, "city", { values: ["Kraków"] }).map(({ name }) => name)).toEqual(["city", "not_seen"]);
  expect(withFilter(filters, "city", { values: [] })).toEqual([{ name: "not_seen", amount: 30 }]);
  expect(withFilter(filters, "not_seen", null)).toEqual([{ name: "city", values: ["Łódź"] }]);
  expect(withFilter([], "near", { amount: 5000 })).toEqual([{ name: "near", amount: 5000 }]);
});

test("the order in which filters and their values stand makes no other list", () => {
  const one = [{ name: "city", values: ["A", "B"] }, tomorrow];
  expect(isSameFilters(one, [tomorrow, { name: "city", values: ["B", "A"] }])).toBe(true);
  expect(isSameFilters(one, [tomorrow, { name: "city", values: ["B"] }])).toBe(false);
  expect(isSameFilters([{ name: "near", amount: 1 }], [{ name: "near", amount: 2 }])).toBe(false);
});

test("a shared list is the team's, and one's own goes in the same step", () => {
  const question = { filters: [tomorrow], sort: "value" } as const;
  const own = { id: "1", root: me, name: "Great ones", ...question };
  expect(saveList("1", " Great ones ", question, { person: me, isShared: false })).toEqual([
    {
      kind: "saved_list",
      id: "1",
      root: me,
      v: { name: "Great ones", subject: "customer", person: me, filters: [tomorrow], sort: "value" },
    },
  ]);
  const changes = shareList(own, "2", me);
  expect(changes.map(({ id, root }) => [id, root])).toEqual([
    ["2", "shared"],
    ["1", me],
  ]);
  expect(changes[1]?.v).toEqual({ deleted: true });
  expect(removeList(own, null)[0]?.v).toEqual({ deleted: null });
});

test("the words that stood in the box are kept with the list, and taken out again for the box", () => {
  const filters: readonly ListFilter[] = [{ name: "value_class", values: ["vip"] }];
  const kept = withSearch(filters, " apteka ");
  expect(searchFrom(kept)).toBe("apteka");
  expect(withSearch(kept, "")).toEqual(filters);
  expect(kept.every(isKnown)).toBe(true);
  expect(filterOf(kept, looker)).toEqual(filterOf(filters, looker));
  expect(isSameFilters(kept, filters)).toBe(false);
  expect(searchFrom(filters)).toBe("");
  const [change] = saveList("01jdlist", "Small", { filters: kept, sort: "name" }, { person: me, isShared: false });
  if (change?.kind !== "saved_list") throw new Error("a saved list is expected");
  expect(searchFrom(filtersFrom(change.v.filters))).toBe("apteka");
});

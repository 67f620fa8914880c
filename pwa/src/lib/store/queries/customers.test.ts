import { expect, test } from "vitest";
import { addTo, removeFrom } from "../change.ts";
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, TERRITORY } from "../fixtures.ts";
import { book, C, DAY } from "./book.ts";
import type { CustomersConditions } from "./customers-filter.ts";

test("customers are filtered, sorted and measured", () => {
  const { engine } = book();
  const page = (more: object) =>
    engine.query("customers.page", { search: "", filter: { name: "all" }, sort: "name", offset: 0, limit: 9, ...more });
  const names = (more: object) => page(more).rows.map(({ name }) => name);
  expect(names({})).toEqual(["Nowak", "Quiet"]);
  expect(names({ sort: "value" })).toEqual(["Quiet", "Nowak"]);
  expect(names({ sort: "last_visit" })).toEqual(["Quiet", "Nowak"]);
  expect(names({ filter: { name: "every", unseenSince: NOW - 30 * DAY } })).toEqual(["Quiet"]);
  expect(names({ filter: { name: "value_class", value_class: "vip" } })).toEqual(["Nowak"]);
  expect(names({ filter: { name: "phase", phase: "loyal" } })).toEqual([]);
  expect(names({ filter: { name: "mine", owner: PERSON } })).toEqual(["Nowak"]);
  expect(names({ offset: 1 })).toEqual(["Quiet"]);
  expect(page({ limit: 1 }).total).toBe(2);
  const near = page({ filter: { name: "near" }, here: { latitude: 50_150_000, longitude: 19_940_000 } });
  expect(near.rows.map(({ name, distance }) => [name, distance])).toEqual([
    ["Quiet", 1112],
    ["Nowak", 10_008],
  ]);
  expect(names({ filter: { name: "near" } })).toEqual([]);
});

test("a list by distance has as many as one by name, also while it is scrolled; whoever has no place comes last", () => {
  const device = open();
  const rows = [
    ...Array.from({ length: 60 }, (_, at) =>
      customerRow(1000 + at, {
        name: `At ${at}`,
        latitude: 50_000_000 + at * at * 10_000,
        longitude: 20_000_000 + at * 1000,
      }),
    ),
    customerRow(1100, { name: "Far", latitude: -33_000_000, longitude: -170_000_000 }),
    customerRow(1101, { name: "No place B" }),
    customerRow(1102, { name: "No place A", longitude: 20_000_000 }),
    customerRow(1103, { name: "Gone", deleted: true }),
  ];
  receive(device, { rows: { shared: [], [BUCKET]: rows } });
  const page = (offset: number, limit: number, more: object = {}) =>
    device.engine.query("customers.page", {
      search: "",
      filter: { name: "all" },
      sort: "distance",
      here: { latitude: 50_000_000, longitude: 20_000_000 },
      offset,
      limit,
      ...more,
    });
  const names = Array.from({ length: 60 }, (_, at) => `At ${at}`).concat("Far", "No place A", "No place B");
  expect(page(0, 100)).toMatchObject({ total: 63, isCounted: true });
  expect(page(0, 100).rows.map(({ name }) => name)).toEqual(names);
  expect(page(0, 10)).toMatchObject({ total: 63, isCounted: true });
  expect(page(20, 10, { filter: { name: "near" } })).toMatchObject({ total: 63, isCounted: true });
  const scrolled = Array.from({ length: 10 }, (_, at) => page(at * 7, 7).rows.map(({ name }) => name));
  expect(scrolled.flat()).toEqual(names);
  expect(page(61, 9).rows.map(({ name, distance }) => [name, distance])).toEqual([
    ["No place A", null],
    ["No place B", null],
  ]);
});

test("customers that need not be counted are told at once, until somebody has counted them", () => {
  const device = book();
  const page = (more: object) => {
    const asked = { search: "", filter: { name: "all" }, sort: "name", offset: 0, limit: 1, ...more } as const;
    const { total, isCounted } = device.engine.query("customers.page", asked);
    return { total, isCounted };
  };
  expect(page({ counted: false })).toEqual({ total: 1, isCounted: false });
  // A page that is not full says how long the list is.
  expect(page({ counted: false, limit: 9 })).toEqual({ total: 2, isCounted: true });
  expect(page({ counted: false, offset: 1, limit: 9 })).toEqual({ total: 2, isCounted: true });
  // Behind the end nothing can be said without.
  expect(page({ counted: false, offset: 5 })).toEqual({ total: 2, isCounted: true });
  device.save({ kind: "customer", id: C, root: C, v: { city: "Kielce" } });
  expect(page({ counted: false })).toEqual({ total: 1, isCounted: false });
  expect(page({})).toEqual({ total: 2, isCounted: true });
  expect(page({ counted: false })).toEqual({ total: 2, isCounted: true });
});

test("several filters hold at once, and of each any value", () => {
  const device = book();
  const { engine } = device;
  device.save({ kind: "customer", id: C, root: C, v: { tags: addTo("cash only", "corner") } });
  device.save({ kind: "customer", id: id(101), root: id(101), v: { tags: addTo("cash only") } });
  const here = { latitude: 50_150_000, longitude: 19_940_000 };
  const names = (conditions: CustomersConditions, more: object = {}) => {
    const filter = { name: "every", ...conditions } as const;
    const page = engine.query("customers.page", {
      search: "",
      filter,
      sort: "name",
      offset: 0,
      limit: 9,
      here,
      ...more,
    });
    expect(page.total).toBe(page.rows.length);
    return page.rows.map(({ name }) => name);
  };
  expect(names({})).toEqual(["Nowak", "Quiet"]);
  expect(names({ owners: [PERSON, id(9)], cities: ["Kraków"], valueClasses: ["vip", "main"] })).toEqual(["Nowak"]);
  expect(names({ owners: [PERSON], unseenSince: NOW - 30 * DAY })).toEqual([]);
  expect(names({ territories: [TERRITORY] })).toEqual(["Nowak", "Quiet"]);
  expect(names({ tags: ["cash only"] }, { sort: "distance" })).toEqual(["Quiet", "Nowak"]);
  expect(names({ tags: ["corner", "nothing"] })).toEqual(["Nowak"]);
  expect(names({ tags: ["cash"] })).toEqual([]);
  expect(names({ within: 5_000 })).toEqual(["Quiet"]);
  expect(names({ within: 10_100 })).toEqual(["Nowak", "Quiet"]);
  expect(names({ within: 10_000 })).toEqual(["Quiet"]);
  expect(names({ within: 5_000 }, { here: undefined })).toEqual([]);
  expect(names({ valueClasses: ["vip"] }, { search: "no" })).toEqual(["Nowak"]);
  device.save({ kind: "customer", id: C, root: C, v: { tags: removeFrom("corner") } });
  expect(names({ tags: ["corner"] })).toEqual([]);
});

test("the filters know what the customers on this device have", () => {
  const device = book();
  device.save({ kind: "customer", id: C, root: C, v: { tags: addTo("cash only", "corner") } });
  device.save({ kind: "customer", id: id(101), root: id(101), v: { tags: addTo("cash only") } });
  expect(device.engine.query("customers.facets", { limit: 9 })).toEqual({
    cities: [{ value: "Kraków", count: 1 }],
    tags: [
      { value: "cash only", count: 2 },
      { value: "corner", count: 1 },
    ],
    owners: [{ value: PERSON, count: 1 }],
    territories: [{ value: TERRITORY, count: 2 }],
  });
});

import { expect, test } from "vitest";
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, row } from "../fixtures.ts";
import { shelfCompetitors, shelfNearby, shelfOfVisit, shelfOwn } from "./shelf.ts";

const DAY = 86_400_000;
const [C, NEIGHBOUR, FAR, V, FLOUR, TEA] = [id(100), id(101), id(102), id(200), id(700), id(701)];
const context = { now: NOW, account: { person: PERSON, device: 7, role: "rep" as const, name: "Marek" } } as never;

function shelf() {
  const device = open();
  const check = (number: number, customer: string, v: object) =>
    row("shelf_check", id(number), customer, { customer, person: PERSON, ...v });
  const order = (number: number, days: number, products: readonly string[]) =>
    row("order", id(number), C, {
      ...{ customer: C, status: "placed", ordered_at: NOW - days * DAY },
      lines: products.map((product) => ({ product, quantity: 1, price: 1 })),
    });
  receive(device, {
    rows: {
      shared: [
        row("person", PERSON, "shared", { name: "Marek", role: "rep" }),
        row("product", FLOUR, "shared", { name: "Flour" }),
        row("product", TEA, "shared", { name: "Tea" }),
      ],
      [BUCKET]: [
        customerRow(100, { name: "Nowak", city: "Kraków" }),
        customerRow(101, { name: "Neighbour", city: "Kraków" }),
        customerRow(102, { name: "Far", city: "Gdańsk" }),
        row("visit", V, C, { customer: C, person: PERSON, status: "open", checked_in_at: NOW }),
        order(400, 40, [FLOUR]),
        order(401, 10, [TEA]),
        check(500, C, { seen_at: NOW - 5 * DAY, product: FLOUR, stock: "low" }),
        check(501, C, { seen_at: NOW - 4 * DAY, competitor: "Baltika", name: "Rye", price: 120, currency: "EUR" }),
        check(502, C, { seen_at: NOW - 2 * DAY, competitor: "Baltika", name: "Rye", price: 129, currency: "EUR" }),
        check(503, NEIGHBOUR, { seen_at: NOW - DAY, competitor: "Vesna", name: "Tea" }),
        check(504, FAR, { seen_at: NOW, competitor: "Karun" }),
        check(505, C, { seen_at: NOW, visit: V, product: TEA, stock: "out" }),
        check(506, C, { seen_at: NOW, visit: V, competitor: "Gone", deleted: true }),
      ],
    },
  });
  return device.database;
}

test("of ours stands first what was bought or seen last, with how it was before this visit", () => {
  expect(shelfOwn.run(shelf(), { customer: C, before: NOW, limit: 5 }, context)).toEqual([
    { id: FLOUR, name: "Flour", lastStock: "low" },
    { id: TEA, name: "Tea", lastStock: null },
  ]);
});

test("a competitor's product is known by the last look at it", () => {
  const seen = shelfCompetitors.run(shelf(), { customer: C, limit: 5 }, context);
  expect(seen).toMatchObject([{ id: id(502), competitor: "Baltika", name: "Rye", price: 129, personName: "Marek" }]);
});

test("competitors are suggested from here, then from the same town", () => {
  const near = shelfNearby.run(shelf(), { customer: C, limit: 5 }, context);
  expect(near.map(({ competitor }) => competitor)).toEqual(["Baltika", "Vesna"]);
});

test("a visit's report has what was seen there, and not what was taken out", () => {
  expect(shelfOfVisit.run(shelf(), { visit: V }, context)).toMatchObject([{ id: id(505), stock: "out" }]);
});

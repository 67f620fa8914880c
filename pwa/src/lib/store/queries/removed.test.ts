import { expect, test } from "vitest";
import { BUCKET, customerRow, id, open, receive, row } from "../fixtures.ts";
import { removedOf } from "./removed.ts";

const C = id(100);
const note = (number: number, more: { readonly deleted?: true } = {}) =>
  row("note", id(number), C, { customer: C, person: id(1), written_at: 1, body: "x", ...more }, 10);

test("names what is removed and the customer above it, first and once, and nothing else", () => {
  const device = open();
  const customer = customerRow(100);
  receive(device, {
    rows: { [BUCKET]: [{ ...customer, v: { ...customer.v, deleted: true } }, note(1, { deleted: true }), note(2)] },
  });
  const asked = [1, 2].map((number) => ({ kind: "note", id: id(number), root: C }));

  expect(removedOf(device.database, asked)).toEqual([
    { kind: "customer", id: C, root: C },
    { kind: "note", id: id(1), root: C },
  ]);
  expect(removedOf(device.database, [{ kind: "of_a_later_version", id: id(9), root: id(8) }])).toEqual([]);
});

import { expect, test } from "vitest";
import { BUCKET, customerRow, id, open, receive, row } from "../fixtures.ts";

const [C, DAYS, SHELVES] = [id(100), id(500), id(501)];

test("a custom field is used as long as a customer has a value in it", () => {
  const device = open();
  const value = { customer: C, custom_field: DAYS, number: 14 };
  const isUsed = (field: string) => device.engine.query("custom_field.is_used", { field });
  receive(device, { rows: { [BUCKET]: [customerRow(100), row("custom_value", id(600), C, value)] } });
  expect([isUsed(DAYS), isUsed(SHELVES)]).toEqual([true, false]);
  device.save({ kind: "custom_value", id: id(600), root: C, v: { deleted: true } });
  expect(isUsed(DAYS)).toBe(false);
});

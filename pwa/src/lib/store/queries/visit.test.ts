import { expect, test } from "vitest";
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, row } from "../fixtures.ts";

const C = id(100);
const V = id(200);

function book(...rows: ReturnType<typeof row>[]) {
  const device = open();
  receive(device, {
    rows: { shared: [row("person", PERSON, "shared", { name: "Marek" })], [BUCKET]: [customerRow(100), ...rows] },
  });
  return device;
}
const visit = (number: number, v: object) =>
  row("visit", id(number), C, { customer: C, person: PERSON, status: "planned", ...v });

test.each([
  ["file", { taken_at: NOW, person: PERSON, type: "photo" }],
  ["shelf_check", { seen_at: NOW, person: PERSON }],
  ["order", { ordered_at: NOW, status: "draft" }],
  ["task", { title: "Send", status: "open", person: PERSON }],
] as const)("a %s hangs on its visit until it is deleted", (kind, v) => {
  const asked = { id: V, root: C };
  const hung = (deleted: boolean, of = V) =>
    book(visit(200, {}), row(kind, id(300), C, { customer: C, visit: of, deleted, ...v })).engine.query(
      "visit.attached",
      asked,
    );
  expect([hung(false), hung(true), hung(false, id(201))]).toEqual([true, false, false]);
});

import { expect, test } from "vitest";
import { BUCKET, id, NOW, PERSON, receive, row } from "../fixtures.ts";
import { book, C, own, today } from "./book.ts";

const order = (number: number, v: object) =>
  row("order", id(number), C, { ...own, status: "draft", ordered_at: NOW, amount: 2090, currency: "EUR", ...v });

function drafted(...rows: ReturnType<typeof order>[]) {
  const device = book();
  receive(device, { rows: { [BUCKET]: rows }, seq: 2 });
  return device.engine;
}

test("a draft is no order of the day", () => {
  const engine = drafted(order(510, {}));
  const ordered = engine.query("today.stops", { person: PERSON, ...today }).map((stop) => stop.ordered);
  const placed = [{ amount: 860, currency: "EUR" }];
  expect(ordered).toEqual([placed, placed]);
});

test("one's own drafts are listed, the oldest first, until they are placed or gone", () => {
  const engine = drafted(
    order(510, {}),
    order(511, { ordered_at: NOW - 9000, currency: "PLN" }),
    order(512, { status: "placed" }),
    order(513, { person: id(9) }),
    order(514, { deleted: true }),
  );
  expect(engine.query("order.drafts", { person: PERSON, limit: 9 })).toEqual([
    { id: id(511), root: C, customerName: "Nowak", amount: 2090, currency: "PLN", ordered_at: NOW - 9000 },
    { id: id(510), root: C, customerName: "Nowak", amount: 2090, currency: "EUR", ordered_at: NOW },
  ]);
});

/** A rep's small book, for the tests of queries. */
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, row, TERRITORY } from "../fixtures.ts";

export const DAY = 86_400_000;
export const C = id(100);
export const today = { day: "2026-11-21", from: Date.UTC(2026, 10, 21), to: Date.UTC(2026, 10, 22) };
export const WORLD = { south: -90e6, west: -180e6, north: 90e6, east: 180e6 };
export const own = { customer: C, person: PERSON };
export const product = (number: number, name: string, v: object = {}) =>
  row("product", id(number), "shared", { name, ...v });

/** A rep's small book: one busy customer, one quiet one. */
export function book() {
  const device = open();
  const visit = (number: number, v: object) => row("visit", id(number), C, { ...own, ...v });
  receive(device, {
    rows: {
      shared: [
        row("person", PERSON, "shared", { name: "Marek", role: "rep", active: true }),
        row("territory", TERRITORY, "shared", { name: "South" }),
        row("territory", id(3), "shared", { name: "North" }),
        product(700, "Shelf"),
        product(701, "Old shelf", { active: false }),
        row("setting", id(800), "shared", { name: "currency", value: "EUR" }),
      ],
      [BUCKET]: [
        customerRow(100, {
          name: "Nowak",
          city: "Kraków",
          latitude: 50_060_000,
          longitude: 19_940_000,
          owner: PERSON,
          value_class: "vip",
          revenue_12m: 500,
        }),
        customerRow(101, { name: "Quiet", latitude: 50_160_000, longitude: 19_940_000, revenue_12m: 900 }),
        row("contact", id(300), C, { customer: C, name: "Ewa", birthday: "1980-11-22" }),
        row("contact", id(301), C, { customer: C, name: "Adam", birthday: "1980-06-01" }),
        visit(200, {
          status: "done",
          checked_in_at: NOW - 38 * DAY,
          checked_out_at: NOW - 38 * DAY + 60_000,
          note: "long ago",
        }),
        visit(201, { status: "planned", planned_day: today.day, position: 2 }),
        visit(202, {
          status: "done",
          planned_day: today.day,
          position: 1,
          checked_in_at: NOW - 3_600_000,
          outcome: "order",
        }),
        visit(203, { status: "cancelled", planned_day: today.day, position: 0 }),
        row("deal", id(400), C, {
          customer: C,
          title: "Autumn",
          stage: "proposal",
          amount: 9200,
          currency: "EUR",
          close_day: "2026-11-01",
          owner: PERSON,
          stage_since: NOW - 50 * DAY,
        }),
        row("deal", id(401), C, {
          customer: C,
          title: "Spring",
          stage: "won",
          amount: 100,
          currency: "EUR",
          owner: PERSON,
          stage_since: NOW - 1000,
        }),
        row("order", id(500), C, {
          ...own,
          number: "2318",
          status: "placed",
          ordered_at: NOW - 1000,
          amount: 860,
          currency: "EUR",
          lines: [{ product: id(700), quantity: 1, price: 860 }],
        }),
        row("note", id(600), C, { ...own, written_at: NOW - 2 * DAY, body: "likes tea" }),
        row("task", id(650), C, { ...own, title: "Call", status: "open", due_day: "2026-11-20" }),
        row("task", id(651), C, { ...own, title: "Quote", status: "open", due_day: today.day }),
        row("task", id(652), C, { ...own, title: "Someday", status: "open" }),
        row("task", id(653), C, { ...own, title: "Done", status: "done", done_at: NOW - 5000 }),
      ],
    },
  });
  return device;
}

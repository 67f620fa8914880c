import { expect, test } from "vitest";
import { BUCKET, customerRow, id, open, PERSON, receive, row } from "../fixtures.ts";

const WORLD = { south: -90e6, west: -180e6, north: 90e6, east: 180e6 };
const AROUND_KRAKOW = { south: 49e6, west: 19e6, north: 51e6, east: 21e6 };
const DAY = 86_400_000;
const TODAY = { day: "2026-11-21", from: Date.UTC(2026, 10, 21), to: Date.UTC(2026, 10, 22) };

/** Customers in two towns, one without a place and one that was removed. */
function book() {
  const device = open();
  const at = (latitude: number, longitude: number) => ({ latitude, longitude });
  const rows = [
    customerRow(100, { name: "Nowak", city: "Kraków", owner: PERSON, value_class: "vip", ...at(50e6, 20e6) }),
    customerRow(101, { name: "Mazur", city: "Kraków", owner: id(9), phase: "loyal", ...at(50_100_000, 20_100_000) }),
    customerRow(102, { name: "Karimi", city: "تهران", owner: PERSON, ...at(35_700_000, 51_400_000) }),
    customerRow(103, { name: "Nowhere", owner: PERSON }),
    customerRow(104, { name: "Gone", owner: PERSON, deleted: true, ...at(50e6, 20e6) }),
    row("visit", id(200), id(100), { customer: id(100), person: PERSON, status: "done", checked_in_at: 5 * DAY }),
    row("task", id(300), id(100), { customer: id(100), person: PERSON, title: "Call", status: "open" }),
  ];
  receive(device, { rows: { shared: [], [BUCKET]: rows } });
  return device.engine;
}

test("the customers with a place come as lists, with the town of each", () => {
  const found = book().query("map.points", { box: WORLD, owner: null, limit: 100 });
  expect([...found.ids].sort()).toEqual([id(100), id(101), id(102)]);
  const nowak = found.ids.indexOf(id(100));
  expect([found.latitude[nowak], found.longitude[nowak], found.value_class[nowak]]).toEqual([50e6, 20e6, "vip"]);
  expect([found.lastVisitAt[nowak], found.names[found.towns[nowak] ?? -1]]).toEqual([5 * DAY, "Kraków"]);
  expect([found.total, found.every, found.names.length]).toEqual([3, 1, 2]);
});

test("a box and an owner leave out who is not theirs", () => {
  const engine = book();
  const ids = (box: object, owner: string | null) =>
    [...engine.query("map.points", { box: box as typeof WORLD, owner, limit: 100 }).ids].sort();
  expect(ids(AROUND_KRAKOW, null)).toEqual([id(100), id(101)]);
  expect(ids(AROUND_KRAKOW, PERSON)).toEqual([id(100)]);
  expect(ids(WORLD, PERSON)).toEqual([id(100), id(102)]);
});

test("of more than the limit an even sample comes, and says so", () => {
  const device = open();
  const rows = Array.from({ length: 40 }, (_, n) =>
    customerRow(1000 + n, { name: `C${n}`, latitude: n * 1000, longitude: 0 }),
  );
  receive(device, { rows: { shared: [], [BUCKET]: rows } });
  const { ids, latitude, total, every } = device.engine.query("map.points", { box: WORLD, owner: null, limit: 10 });
  expect([total, every, ids.length]).toEqual([40, 4, 10]);
  const steps = [...latitude].sort((a, b) => a - b).map((value, at, all) => value - (all[at - 1] ?? value - 4000));
  expect(new Set(steps)).toEqual(new Set([4000]));
});

test("customers by their ids come in that order, with what the card says", () => {
  const found = book().query("map.customers", { ids: [id(102), id(104), id(100)], ...TODAY });
  expect(found.map(({ name, openTasks }) => [name, openTasks])).toEqual([
    ["Karimi", 0],
    ["Nowak", 1],
  ]);
});

test("a customer's deal on the map is one that slips, be another one greater", () => {
  const device = open();
  const deal = (number: number, v: object) => row("deal", id(number), id(100), { customer: id(100), title: "x", ...v });
  const rows = [
    customerRow(100, { name: "Nowak" }),
    deal(800, { stage: "new", amount: 9000, stage_since: TODAY.from - DAY }),
    deal(801, { stage: "negotiation", amount: 5, stage_since: TODAY.from - 90 * DAY }),
  ];
  receive(device, { rows: { shared: [], [BUCKET]: rows } });
  expect(device.engine.query("map.customers", { ids: [id(100)], ...TODAY })[0]?.deal).toMatchObject({ amount: 5 });
});

test("the team's day has everybody's visits at a known place, planned ones and those that took place", () => {
  const device = open();
  const noon = Date.UTC(2026, 10, 21, 12);
  const [day, from, to] = ["2026-11-21", Date.UTC(2026, 10, 21), Date.UTC(2026, 10, 22)] as const;
  const visit = (number: number, customer: number, v: object) =>
    row("visit", id(number), id(customer), { customer: id(customer), person: PERSON, ...v });
  const rows = [
    customerRow(100, { name: "Nowak", latitude: 50e6, longitude: 20e6 }),
    customerRow(103, { name: "Nowhere" }),
    visit(200, 100, { status: "planned", planned_day: day, position: 1 }),
    visit(201, 100, { status: "done", checked_in_at: noon }),
    visit(202, 100, { status: "cancelled", planned_day: day }),
    visit(203, 100, { status: "planned", planned_day: "2026-11-22" }),
    visit(204, 103, { status: "planned", planned_day: day }),
  ];
  const shared = [row("person", PERSON, "shared", { name: "Marek", role: "rep" })];
  receive(device, { rows: { shared, [BUCKET]: rows } });
  const found = device.engine.query("map.day", { day, from, to });
  expect(found.map((one) => [one.id, one.personName, one.status]).sort()).toEqual([
    [id(200), "Marek", "planned"],
    [id(201), "Marek", "done"],
  ]);
});

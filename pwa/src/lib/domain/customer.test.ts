import { expect, test } from "vitest";
import {
  createContact,
  createCustomer,
  createDeal,
  createNote,
  daysSinceVisit,
  setField,
  standingOf,
  unseenSince,
} from "./customer";

const ID = "06fa0000000000000000000001";
const CUSTOMER = "06fa0000000000000000000002";
const REP = "06fa0000000000000000000003";
const NOW = Date.UTC(2026, 10, 21, 8, 40);

test("a new customer belongs to the rep who met him and is the root of his own records", () => {
  const by = { owner: REP, territory: "06fa0000000000000000000004" };
  expect(createCustomer(ID, { name: "Sklep Ola", city: "Wieliczka" }, by)).toEqual([
    { kind: "customer", id: ID, root: ID, v: { relation: "business", ...by, name: "Sklep Ola", city: "Wieliczka" } },
  ]);
});

test("a new customer can take the place where the rep stands, without its accuracy", () => {
  const place = { latitude: 50_061_000, longitude: 19_937_000, accuracy: 12 };
  const [change] = createCustomer(ID, { name: "Sklep Ola" }, { owner: REP, territory: ID }, place);
  expect(change?.v).toMatchObject({ latitude: 50_061_000, longitude: 19_937_000 });
  expect(change?.v).not.toHaveProperty("accuracy");
});

test("a phone number typed in Persian digits is kept in those of every dialler", () => {
  const [met] = createCustomer(ID, { name: "پخش نان", phone: "۰۲۱-۲۲۹۵ ۹۴۰۹" }, { owner: REP, territory: ID });
  expect(met?.v).toMatchObject({ phone: "021-2295 9409" });
  expect(createContact(ID, CUSTOMER, { name: "Ewa", phone: "٠٩١٢" })[0]?.v).toMatchObject({ phone: "0912" });
});

test("contacts, notes and deals follow their customer", () => {
  const made = [
    ...createContact(ID, CUSTOMER, { name: "Ewa" }),
    ...createNote(ID, CUSTOMER, REP, "  wants new prices \n", NOW),
    ...createDeal(ID, CUSTOMER, REP, { title: "Shelf units" }, NOW),
  ];
  expect(made.map((change) => [change.kind, change.root])).toEqual([
    ["contact", CUSTOMER],
    ["note", CUSTOMER],
    ["deal", CUSTOMER],
  ]);
  expect(made[1]?.v).toMatchObject({ body: "wants new prices", written_at: NOW, person: REP });
});

test("a deal begins at the first stage, now, unless something else was said", () => {
  const [fresh] = createDeal(ID, CUSTOMER, REP, { title: "Shelf units" }, NOW);
  expect(fresh?.v).toMatchObject({ stage: "new", stage_since: NOW, owner: REP });
  const [later] = createDeal(ID, CUSTOMER, REP, { title: "Shelf units", stage: "proposal" }, NOW);
  expect(later?.v).toMatchObject({ stage: "proposal" });
});

test("a field is set in the record's own aggregate", () => {
  expect(setField("contact", { id: ID, root: CUSTOMER }, { phone: null })).toEqual([
    { kind: "contact", id: ID, root: CUSTOMER, v: { phone: null } },
  ]);
});

test("days since a visit are counted by the reader's calendar days", () => {
  const lateYesterday = Date.UTC(2026, 10, 20, 22, 30); // 23:30 in Warsaw
  expect(daysSinceVisit(lateYesterday, NOW, "Europe/Warsaw")).toBe(1);
  expect(daysSinceVisit(lateYesterday, NOW, "Asia/Tehran")).toBe(0);
  expect(daysSinceVisit(null, NOW, "UTC")).toBeNull();
});

test("who is unseen for so many days is unseen since the instant at which that count begins", () => {
  const zone = "Europe/Warsaw";
  for (const days of [0, 1, 29, 30, 31]) {
    const since = unseenSince(days, "2026-11-21", zone);
    expect(daysSinceVisit(since - 1, NOW, zone)).toBe(days);
    expect(daysSinceVisit(since, NOW, zone)).toBe(Math.max(0, days - 1));
  }
  expect(unseenSince(Number.MAX_SAFE_INTEGER, "2026-11-21", zone)).toBeLessThan(0);
});

test("a visit stamped ahead of this clock was today, not in the future", () => {
  expect(daysSinceVisit(NOW + 86_400_000, NOW, "UTC")).toBe(0);
});

test.each([
  ["leaving", "vip", "leaving"],
  ["loyal", "main", "main"],
  ["loyal", "small", "loyal"],
  ["repeat", "regular", "regular"],
  [null, "small", "small"],
  ["repeat", null, "repeat"],
  [null, null, undefined],
] as const)("of phase %s and class %s a list shows %s", (phase, value_class, shown) => {
  expect(standingOf({ phase, value_class })?.value).toBe(shown);
});

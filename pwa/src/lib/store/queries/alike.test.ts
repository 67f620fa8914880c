import { expect, test } from "vitest";
import { BUCKET, customerRow, id, open, receive, row } from "../fixtures.ts";
import type { TypedCustomer } from "./alike.ts";

const NOTHING: TypedCustomer = { name: "", city: "", phone: "", email: "", tax_number: "" };

function book(isIndexed = true) {
  const device = open();
  const names = ["Apteka Pod Orłem", "Apteka Słoneczna", "داروخانه کریمی", "Сибирь Трейд", "北京茶叶贸易公司"];
  const rows = [
    ...names.map((name, at) => customerRow(100 + at, { name })),
    customerRow(200, {
      name: "Quiet",
      phone: "+48 12 345-67-89",
      email: "biuro@quiet.pl",
      tax_number: "123-456-78-90",
    }),
    row("contact", id(300), id(200), { customer: id(200), name: "Ewa", phone: "0601 222 333", email: "ewa@quiet.pl" }),
    customerRow(400, { name: "Apteka Pod Orłem", deleted: true }),
  ];
  receive(device, { rows: { [BUCKET]: rows }, complete: isIndexed ? [BUCKET, "shared", `u:${id(1)}`] : [] });
  return {
    device,
    alike: (given: Partial<TypedCustomer>) =>
      device.engine.query("customers.alike", { ...NOTHING, ...given }).map(({ name }) => name),
  };
}

test.each([
  ["Apteka Pod Ołrem", "Apteka Pod Orłem"],
  ["کریمی داروخانه", "داروخانه کریمی"],
  ["Сибир Трейд", "Сибирь Трейд"],
  ["北京茶叶贸易", "北京茶叶贸易公司"],
])("who is nearly called %s is found", (typed, name) => {
  expect(book().alike({ name: typed })).toContain(name);
});

test("a customer is found by his and his people's numbers and addresses, however they are written", () => {
  const { alike } = book();
  for (const typed of [
    { phone: "0048 12 3456789" },
    { phone: "601-222-333" },
    { email: "EWA@quiet.pl" },
    { tax_number: "PL1234567890" },
  ])
    expect({ typed, found: alike(typed) }).toEqual({ typed, found: ["Quiet"] });
});

test("a name is found before it is typed to its end, written with a half-space or a space", () => {
  const device = open();
  const names = ["گل\u200cفروشی رز", "گل فروشی یاس"];
  receive(device, { rows: { [BUCKET]: names.map((name, at) => customerRow(100 + at, { name })) } });
  for (const name of ["گل\u200cفر", "گل فر"]) {
    const found = device.engine.query("customers.alike", { ...NOTHING, name });
    expect({ name, found: found.map((one) => one.name).sort() }).toEqual({ name, found: [...names].sort() });
  }
});

test("among a hundred shops of one sort the nearly named one is found", () => {
  const device = open();
  const rows = Array.from({ length: 150 }, (_, at) =>
    customerRow(100 + at, { name: `Sklep ${["Nowy", "Stary"][at % 2]} ${at}` }),
  );
  receive(device, { rows: { [BUCKET]: [...rows, customerRow(900, { name: "Sklep Ola" })] } });
  const found = device.engine.query("customers.alike", { ...NOTHING, name: "Sklep Olz" });
  expect(found.map(({ name }) => name)).toContain("Sklep Ola");
});

test("before the first load is complete a name is looked for letter by letter", () => {
  expect(book(false).alike({ name: "apteka pod" })).toEqual(["Apteka Pod Orłem"]);
});

test("nothing typed finds nobody, and signs break nothing", () => {
  const { alike } = book();
  expect(alike({})).toEqual([]);
  for (const name of ['"', "%", "* OR", '"""']) expect(() => alike({ name })).not.toThrow();
});

test("what one knows of the found is all that tells him", () => {
  const { device } = book();
  expect(device.engine.query("customers.alike", { ...NOTHING, name: "quiet" })).toEqual([
    {
      id: id(200),
      name: "Quiet",
      street: null,
      city: null,
      tax_number: "123-456-78-90",
      phones: ["+48 12 345-67-89", "0601 222 333"],
      emails: ["biuro@quiet.pl", "ewa@quiet.pl"],
    },
  ]);
});

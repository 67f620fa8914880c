/** Search by numbers: however they are grouped where they stand, and however they are typed. */
import { describe, expect, test } from "vitest";
import { BUCKET, customerRow, id, NOW, open, receive, row } from "./fixtures.ts";

const CUSTOMERS = [
  { name: "Sklep", city: "Kraków", postcode: "31-514", tax_number: "676-245-12-34", phone: "+48 600 700 800" },
  { name: "Apteka", city: "Warszawa", street: "Złota 12/3", postcode: "05-800", tax_number: "PL 566-88-95-443" },
  { name: "Магазин", city: "Омск", postcode: "644099", tax_number: "5504 123456", phone: "8 (3812) 24-25-26" },
  { name: "فروشگاه", city: "تهران", postcode: "۱۴۱۵۷-۳۳۹۱۱", tax_number: "10320 456 789", phone: "021 7942 1660" },
] as const;
const CONTACT = { name: "Ewa", phone: "0912 733 7775" } as const;
const KEPT = { custom_field: id(700), text: "Kod 4-40-17/2" } as const;

function filled(isIndexed: boolean, isWorkedOff = isIndexed) {
  const device = open();
  const rows = [
    ...CUSTOMERS.map((v, at) => customerRow(100 + at, v)),
    customerRow(110, { name: "99/7", postcode: "31-514" }),
    row("contact", id(300), id(100), { customer: id(100), ...CONTACT }),
    row("custom_value", id(400), id(101), { customer: id(101), ...KEPT }),
    row("deal", id(500), id(100), { customer: id(100), title: "Oferta 2026-118", stage: "new" }),
    row("note", id(501), id(100), { customer: id(100), person: id(1), written_at: NOW, body: NOTE }),
    row("product", id(502), "", { name: "Herbata", article_number: "HB 100-20-3" }),
  ];
  receive(device, { rows: { [BUCKET]: rows }, complete: isIndexed ? [BUCKET, "shared", `u:${id(1)}`] : [] });
  while (isWorkedOff && device.engine.workOff());
  const found = (search: string, cities?: readonly string[]) =>
    device.engine
      .query("customers.page", {
        search,
        filter: cities === undefined ? { name: "all" } : { name: "every", cities },
        sort: "name",
        offset: 0,
        limit: 50,
      })
      .rows.map(({ name }) => name);
  const hits = (search: string) => device.engine.query("everything.search", { search, limit: 9 });
  return { found, hits };
}

const NOTE = `${"Rozmowa o 150 rzeczach i 12 sprawach. ".repeat(3)}Dostawa 12.03.2026, budżet 150 000 zł`;

/** Every inner part of a text. */
function partsOf(text: string): string[] {
  const letters = [...text];
  return letters.flatMap((_, from) =>
    letters.slice(from).map((_end, more) => letters.slice(from, from + more + 1).join("")),
  );
}

/** As typed by somebody who writes one sign between groups, or none. */
const typed = (part: string): string[] =>
  [part, part.replace(/[^\p{L}\p{N}]+/gu, " "), part.replace(/[^\p{L}\p{N}]+/gu, "-")].filter((one) =>
    /[^\p{P}\p{Z}+0۰]/u.test(one),
  );

describe.each([
  ["with every index", true, true],
  ["while the index of short words is not made yet", true, false],
  ["by scanning, before the first load is complete", false, false],
])("numbers, %s:", (_how, isIndexed, isWorkedOff) => {
  const { found, hits } = filled(isIndexed, isWorkedOff);

  test("every inner part of a postcode, tax number and phone finds its customer, whatever is typed between the digits", () => {
    const looked: readonly (readonly [name: string, texts: readonly (string | undefined)[]])[] = [
      ...CUSTOMERS.map((v) => [v.name, [v.postcode, v.tax_number, "phone" in v ? v.phone : undefined]] as const),
      ["Sklep", [CONTACT.phone]],
      ["Apteka", ["4-40-17/2"]],
    ];
    for (const [name, texts] of looked) {
      for (const search of texts.flatMap((text) => partsOf(text ?? "")).flatMap(typed))
        expect({ search, found: found(search) }).toEqual({ search, found: expect.arrayContaining([name]) });
    }
  });

  test("five digits and more find a number that is written in groups", () => {
    for (const [search, name] of [
      ["6762451234", "Sklep"],
      ["76245", "Sklep"],
      ["Kraków 31514", "Sklep"],
      ["sklep 600 700 800", "Sklep"],
      ["5668895443", "Apteka"],
      ["05800", "Apteka"],
      ["644-099", "Магазин"],
      ["5504123456", "Магазин"],
      ["1415733911", "فروشگاه"],
      ["۱۴۱۵۷۳۳۹۱۱", "فروشگاه"],
      ["440172", "Apteka"],
    ] as const)
      expect({ search, found: found(search) }).toEqual({ search, found: expect.arrayContaining([name]) });
    expect(found("31159")).toEqual([]);
    expect(found("6762451235")).toEqual([]);
    expect(found("676 245 12 35")).toEqual([]);
  });

  test("who passes a filter is found so, too", () => {
    expect(found("31-514", ["Kraków"])).toEqual(["Sklep"]);
    expect(found("31514", ["Kraków", "Warszawa"])).toEqual(["Sklep"]);
    expect(found("0912-733-7775", ["Kraków"])).toEqual(["Sklep"]);
  });

  test("several numbers, too short together for one of a telephone, are looked for each on its own", () => {
    expect(found("99 31-514")).toEqual(["99/7"]);
    expect(found("31-514 99")).toEqual(["99/7"]);
  });

  test("every inner part of a number in the title of a deal, in a note or of an article finds it", () => {
    const kinds = { deal: "2026-118", note: "12.03.2026", product: "100-20-3" };
    for (const [kind, text] of [...Object.entries(kinds), ["note", "150 000"]] as const) {
      for (const search of partsOf(text).flatMap(typed))
        expect({ search, found: hits(search).map((hit) => hit.kind) }).toEqual({
          search,
          found: expect.arrayContaining([kind]),
        });
    }
    expect(hits("Oferta 2026-118").map(({ id: found }) => found)).toEqual([id(500)]);
    expect(hits("2026118").map(({ id: found }) => found)).toEqual([id(500)]);
  });

  test("what is shown of a note is the place where the number stands", () => {
    for (const search of ["150 000", "150000", "12.03.2026", "03-2026"])
      expect(hits(search).find(({ kind }) => kind === "note")?.label).toMatch(/^….*(12\.03\.2026|budżet 150 000)/);
  });
});

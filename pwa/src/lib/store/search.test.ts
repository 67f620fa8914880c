import { describe, expect, test } from "vitest";
import { addTo } from "./change.ts";
import { BUCKET, customerRow, id, NOW, open, receive, row, TERRITORY } from "./fixtures.ts";
import { gramsOf } from "./grams.ts";
import { MAX_COUNTED } from "./limits.ts";
import type { CustomersFilter } from "./queries/customers-filter.ts";
import { wordsOf } from "./search-words.ts";

const NAMES: readonly (readonly [name: string, city: string])[] = [
  ["Apteka Pod Orłem", "Łódź"],
  ["Żabka Świętokrzyska", "Kraków"],
  ["داروخانه کریمی", "تهران"],
  ["فروشگاه گلستان", "یزد"],
  ["Сибирь Трейд", "Йошкар-Ола"],
  ["Ёлка и сыновья", "Орёл"],
  ["北京茶叶贸易公司", "北京"],
  ["东方药房", "上海"],
  ["O'Neill's Grocers", "Cork"],
  ["Zoë Deli", "York"],
];

function filled(isIndexed: boolean, isWorkedOff = isIndexed) {
  const device = open();
  const rows = NAMES.map(([name, city], at) => customerRow(100 + at, { name, city }));
  receive(device, { rows: { [BUCKET]: rows }, complete: isIndexed ? [BUCKET, "shared", `u:${id(1)}`] : [] });
  while (isWorkedOff && device.engine.workOff());
  const found = (search: string) => {
    const page = device.engine.query("customers.page", {
      search,
      filter: { name: "all" },
      sort: "name",
      offset: 0,
      limit: 50,
    });
    return page.rows.map(({ name }) => name);
  };
  return { device, found };
}

describe.each([
  ["with every index", true, true],
  ["while the index of short words is not made yet", true, false],
  ["by scanning, before the first load is complete", false, false],
])("searching %s", (_how, isIndexed, isWorkedOff) => {
  test("every inner part of every name and city finds its customer, in five scripts", () => {
    const { found } = filled(isIndexed, isWorkedOff);
    for (const [name, city] of NAMES) {
      for (const text of [name, city]) {
        const letters = [...text];
        for (let from = 0; from < letters.length; from += 1) {
          for (let to = from + 1; to <= letters.length; to += 1) {
            const part = letters.slice(from, to).join("");
            if (wordsOf(part).length > 0)
              expect({ part, found: found(part) }).toEqual({ part, found: expect.arrayContaining([name]) });
          }
        }
      }
    }
  });

  test("letters that look or sound alike find each other", () => {
    const { found } = filled(isIndexed, isWorkedOff);
    expect(found("lodz")).toEqual(["Apteka Pod Orłem"]);
    expect(found("ŚWIETO")).toEqual(["Żabka Świętokrzyska"]);
    expect(found("كريمي")).toEqual(["داروخانه کریمی"]);
    expect(found("елка")).toEqual(["Ёлка и сыновья"]);
    expect(found("oneills")).toEqual(["O'Neill's Grocers"]);
    expect(found("zoe")).toEqual(["Zoë Deli"]);
  });

  test("a half-space parts words as a space does", () => {
    const { device, found } = filled(isIndexed, isWorkedOff);
    for (const [at, name] of ["گل فروشی رز", "گل\u200cفروشی یاس"].entries())
      device.save({ kind: "customer", id: id(200 + at), root: id(200 + at), v: { name, territory: TERRITORY } });
    for (const search of ["گل\u200cفروشی", "گل فروشی", "\u200cگل\u200cفروشی"])
      expect({ search, found: found(search).sort() }).toEqual({ search, found: ["گل فروشی رز", "گل\u200cفروشی یاس"] });
    expect(found("گل\u200cفروشی رز")).toEqual(["گل فروشی رز"]);
    expect(found("\u200c")).toEqual([]);
  });

  test("several words must all be there, in any order and of any length", () => {
    const { found } = filled(isIndexed, isWorkedOff);
    expect(found("york zoe")).toEqual(["Zoë Deli"]);
    expect(found("de yo")).toEqual(["Zoë Deli"]);
    expect(found("zoe cork")).toEqual([]);
    expect(found("deli y")).toEqual(["Zoë Deli"]);
  });

  test("signs with no letter or digit in them find nothing and break nothing", () => {
    const { found } = filled(isIndexed, isWorkedOff);
    for (const search of ['"', "%", "_", "*", "' OR 1=1 --", "\0", "(", "AND"])
      expect(() => found(search)).not.toThrow();
    expect(found("%%%")).toEqual([]);
  });

  test("names that begin with the words come first, by the alphabet", () => {
    const device = open();
    const names = ["Zeta Alpha", "Alphabet", "Alpha", "Beta Alpha"];
    receive(device, {
      rows: { [BUCKET]: names.map((name, at) => customerRow(100 + at, { name })) },
      complete: isIndexed ? [BUCKET, "shared", `u:${id(1)}`] : [],
    });
    const page = device.engine.query("customers.page", {
      search: "alpha",
      filter: { name: "all" },
      sort: "name",
      offset: 0,
      limit: 3,
    });
    expect(page.rows.map(({ name }) => name)).toEqual(["Alpha", "Alphabet", "Zeta Alpha"]);
    expect(page.total).toBe(4);
  });

  test("a Russian number is found with 8 as with +7, however it is stored", () => {
    const { device, found } = filled(isIndexed, isWorkedOff);
    device.save({
      kind: "customer",
      id: id(200),
      root: id(200),
      v: { name: "Abroad", territory: TERRITORY, phone: "+7 912 345-67-89" },
    });
    device.save({
      kind: "customer",
      id: id(201),
      root: id(201),
      v: { name: "Home", territory: TERRITORY, phone: "8 (912) 345-67-89" },
    });
    for (const search of ["+7 912 345-67-89", "8 912 345-67-89", "89123456789", "9123456789"])
      expect({ search, found: found(search).sort() }).toEqual({ search, found: ["Abroad", "Home"] });
    expect(found("8 912 345-67-80")).toEqual([]);
  });

  test("a number typed the local way is found from its first digits on, and so is a house number", () => {
    const { device, found } = filled(isIndexed, isWorkedOff);
    const among = (search: string) =>
      device.engine
        .query("customers.page", {
          search,
          filter: { name: "every", cities: ["Rey"] },
          sort: "name",
          offset: 0,
          limit: 9,
        })
        .rows.map(({ name }) => name);
    for (const [at, name, v] of [
      [200, "Landline", { phone: "+98 21 7942 1660" }],
      [201, "Mobile", {}],
      [202, "Gate 0912", {}],
    ] as const) {
      const own = { name, territory: TERRITORY, city: "Rey", ...v } as const;
      device.save({ kind: "customer", id: id(at), root: id(at), v: own });
    }
    const people = { customer: id(201), name: "Sara", phone: "0912 733 7775" };
    device.save({ kind: "contact", id: id(300), root: id(201), v: people });
    for (const search of ["091", "0912", "09127", "0912 7", "091273", "۰۹۱۲", "۰۹۱۲۷", "(0912) 733"])
      expect({ search, found: found(search) }).toEqual({ search, found: expect.arrayContaining(["Mobile"]) });
    for (const search of ["021", "0217", "02179", "021794", "۰۲۱۷۹"]) {
      expect({ search, found: found(search) }).toEqual({ search, found: ["Landline"] });
      expect({ search, found: among(search) }).toEqual({ search, found: ["Landline"] });
    }
    expect(among("0912")).toEqual(["Gate 0912", "Mobile"]);
    expect(found("0912")).toEqual(["Gate 0912", "Mobile"]);
    expect(found("0913")).toEqual([]);
    expect(found("000")).toEqual([]);
  });

  test("a customer is found by phone in any writing, by tag, and by its people", () => {
    const device = open();
    receive(device, { complete: isIndexed ? [BUCKET, "shared", `u:${id(1)}`] : [] });
    while (isWorkedOff && device.engine.workOff());
    device.save({
      kind: "customer",
      id: id(100),
      root: id(100),
      v: { name: "Quiet", territory: TERRITORY, phone: "+48 12 345-67-89", tags: addTo("Główny") },
    });
    device.save({
      kind: "contact",
      id: id(300),
      root: id(100),
      v: { customer: id(100), name: "Ewa Wójcik", phone: "0601 222 333" },
    });
    const found = (search: string) =>
      device.engine.query("customers.page", { search, filter: { name: "all" }, sort: "name", offset: 0, limit: 9 }).rows
        .length;
    for (const search of ["345 67", "(12) 345-67", "۳۴۵۶۷", "glowny", "wojcik", "601222", "ój"]) {
      expect({ search, found: found(search) }).toEqual({ search, found: 1 });
    }
    device.save({ kind: "contact", id: id(300), root: id(100), v: { name: "Anna Lis" } });
    expect(found("wojcik")).toBe(0);
    expect(found("lis")).toBe(1);
    device.save({ kind: "customer", id: id(100), root: id(100), v: { deleted: true } });
    expect(found("quiet")).toBe(0);
  });
});

test("a filter narrows the hits of a search", () => {
  const { device } = filled(true);
  receive(device, { rows: { [BUCKET]: [customerRow(100, { name: "Apteka", value_class: "vip" }, 5)] }, seq: 2 });
  const page = device.engine.query("customers.page", {
    search: "a",
    filter: { name: "value_class", value_class: "vip" },
    sort: "name",
    offset: 0,
    limit: 9,
  });
  expect(page).toMatchObject({ total: 1, rows: [{ name: "Apteka" }] });
});

test("search everything names what it found", () => {
  const { device } = filled(true);
  receive(device, {
    rows: { [BUCKET]: [row("deal", id(400), id(100), { customer: id(100), title: "Orłem wings", stage: "new" })] },
    seq: 2,
  });
  expect(device.engine.query("everything.search", { search: "orlem", limit: 5 })).toMatchObject([
    { kind: "customer", label: "Apteka Pod Orłem", detail: "Łódź" },
    { kind: "deal", label: "Orłem wings", detail: "Apteka Pod Orłem" },
  ]);
});

test.each([
  ["contact", { name: "Вера Ёлкина" }, "елкин", "Вера Ёлкина"],
  ["task", { title: "给东方药房打电话", person: id(1), status: "open" }, "东方", "给东方药房打电话"],
  ["deal", { title: "قفسهٔ تازه", stage: "new" }, "قفسه", "قفسهٔ تازه"],
  ["note", { person: id(1), written_at: NOW, body: "Prosi o próbki na Święta" }, "swieta", "Prosi o próbki na Święta"],
  ["note", { person: id(1), written_at: NOW, body: "كتاب و یادداشت" }, "کتاب", "كتاب و یادداشت"],
  ["call", { person: id(1), called_at: NOW, note: "Oddzwonić w piątek" }, "piatek", "Oddzwonić w piątek"],
  ["visit", { person: id(1), status: "done", note: "Обещал ответ в пятницу" }, "пятниц", "Обещал ответ в пятницу"],
  [
    "file",
    {
      ...{ person: id(1), type: "photo", media_type: "image/webp", size: 1, digest: "0".repeat(64), taken_at: NOW },
      caption: "Полка у входа",
    },
    "полка",
    "Полка у входа",
  ],
] as const)("search everything finds a %s by its words and says whose it is", (kind, v, search, label) => {
  const { device } = filled(true);
  const found = row(kind, id(500), id(100), { customer: id(100), ...v });
  receive(device, { rows: { [BUCKET]: [found] }, seq: 2 });
  const hits = device.engine.query("everything.search", { search, limit: 5 }).filter((hit) => hit.kind === kind);
  expect(hits).toEqual([{ kind, id: id(500), root: id(100), label, detail: "Apteka Pod Orłem" }]);
});

test("what has a name stands above what was noted at visits", () => {
  const { device } = filled(true);
  const about = { customer: id(100), person: id(1) };
  const rows = [
    row("visit", id(500), id(100), { ...about, status: "done", note: "Próbki zostawione" }),
    row("task", id(501), id(100), { ...about, status: "open", title: "Próbki wysłać" }),
    row("deal", id(502), id(100), { customer: id(100), stage: "new", title: "Próbki na Święta" }),
  ];
  receive(device, { rows: { [BUCKET]: rows }, seq: 2 });
  const hits = device.engine.query("everything.search", { search: "probki", limit: 5 });
  expect(hits.map(({ kind }) => kind)).toEqual(["task", "deal", "visit"]);
});

test("a customer is found by what is kept of him in custom fields, and only once", () => {
  const { device, found } = filled(true);
  const kept = { customer: id(100), custom_field: id(700), text: "Wjazd od podwórza" };
  receive(device, { rows: { [BUCKET]: [row("custom_value", id(500), id(100), kept)] }, seq: 2 });
  expect(found("podworza")).toEqual(["Apteka Pod Orłem"]);
  const hits = device.engine.query("everything.search", { search: "podworza", limit: 5 });
  expect(hits.map(({ kind, id: found }) => [kind, found])).toEqual([["customer", id(100)]]);
});

test("what was deleted is not found any more", () => {
  const { device } = filled(true);
  const note = { customer: id(100), person: id(1), written_at: NOW, body: "Prosi o próbki" };
  receive(device, { rows: { [BUCKET]: [row("note", id(500), id(100), note)] }, seq: 2 });
  expect(device.engine.query("everything.search", { search: "probki", limit: 5 })).toHaveLength(1);
  device.save({ kind: "note", id: id(500), root: id(100), v: { deleted: true } });
  expect(device.engine.query("everything.search", { search: "probki", limit: 5 })).toEqual([]);
});

test("customers that were opened are named in that order, those that are gone left out", () => {
  const { device } = filled(true);
  device.save({ kind: "customer", id: id(101), root: id(101), v: { deleted: true } });
  expect(device.engine.query("everything.opened", { ids: [id(108), id(101), id(999), id(100)] })).toMatchObject([
    { kind: "customer", label: "O'Neill's Grocers", detail: "Cork" },
    { kind: "customer", label: "Apteka Pod Orłem", detail: "Łódź" },
  ]);
});

test("grams are the single letters and the pairs within words", () => {
  expect(gramsOf("ab 京 b").split(" ").sort()).toEqual(["a", "ab", "b", "京"]);
});

test("a filter on a search passes the first hits by rank, be they nearly all or one in many", () => {
  const device = open();
  const COUNT = 600;
  const rows = Array.from({ length: COUNT }, (_, at) =>
    customerRow(1000 + at, {
      name: `Shop ${String(COUNT - at).padStart(3, "0")}`,
      value_class: at % 100 === 0 ? "vip" : "small",
    }),
  );
  receive(device, { rows: { [BUCKET]: rows }, complete: [BUCKET, "shared", `u:${id(1)}`] });
  while (device.engine.workOff());
  const page = (valueClass: "vip" | "small", offset: number) =>
    device.engine.query("customers.page", {
      search: "shop",
      filter: { name: "value_class", value_class: valueClass },
      sort: "name",
      offset,
      limit: 3,
    });
  const names = (...asked: Parameters<typeof page>) => page(...asked).rows.map(({ name }) => name);
  expect(names("vip", 0)).toEqual(["Shop 100", "Shop 200", "Shop 300"]);
  expect(names("vip", 3)).toEqual(["Shop 400", "Shop 500", "Shop 600"]);
  expect(page("vip", 0).total).toBe(6);
  expect(names("small", 0)).toEqual(["Shop 001", "Shop 002", "Shop 003"]);
  expect(page("small", 0).total).toBe(MAX_COUNTED);
});

test("a page of those who pass a filter is the same before all are counted, however few pass", () => {
  const device = open();
  const shares = { vip: 300, main: 40, regular: 12 } as const;
  const classOf = (at: number) =>
    (Object.keys(shares) as (keyof typeof shares)[]).find((name) => at % shares[name] === 0) ?? "small";
  const rows = Array.from({ length: 3_000 }, (_, at) =>
    customerRow(1000 + at, { name: `${at % 2 === 0 ? "Shop" : "The shop"} ${at}`, value_class: classOf(at) }),
  );
  receive(device, { rows: { [BUCKET]: rows }, complete: [BUCKET, "shared", `u:${id(1)}`] });
  while (device.engine.workOff());
  for (const value_class of [...Object.keys(shares), "small"] as (keyof typeof shares | "small")[]) {
    const page = (offset: number, counted: boolean) =>
      device.engine.query("customers.page", {
        search: "sho",
        filter: { name: "value_class", value_class },
        sort: "name",
        offset,
        limit: 50,
        counted,
      });
    for (let offset = 0; offset < MAX_COUNTED; offset += 50) {
      const [first, whole] = [page(offset, false), page(offset, true)];
      expect(first.rows).toEqual(whole.rows);
      expect(whole.isCounted).toBe(true);
      expect(first.total).toBe(first.isCounted ? whole.total : offset + 50);
      expect(first.isCounted).toBe(whole.total < offset + 50 || offset + 50 === MAX_COUNTED);
    }
  }
});

describe.each([
  ["with every index", true],
  ["before the first load is complete", false],
])("a filter that few of very many hits pass, %s,", (_how, isIndexed) => {
  const COUNT = 2_100;
  const mine = { name: "mine", owner: id(1) } as const;
  const colleagues = { name: "mine", owner: id(9) } as const;
  const device = open();
  const rows = [
    ...Array.from({ length: COUNT }, (_, at) => customerRow(1000 + at, { name: `Market ${at}`, owner: id(9) })),
    customerRow(4000, { name: "Corner market", owner: id(1) }),
    customerRow(4001, { name: "Market of mine", owner: id(1) }),
    customerRow(4002, { name: "Bakery", owner: id(1) }),
    customerRow(4003, { name: "Market that is gone", owner: id(1), deleted: true }),
    row("contact", id(5000), id(4002), { customer: id(4002), name: "Ewa Market" }),
    row("contact", id(5001), id(4000), { customer: id(4000), name: "Jan Market" }),
  ];
  receive(device, { rows: { [BUCKET]: rows }, complete: isIndexed ? [BUCKET, "shared", `u:${id(1)}`] : [] });
  while (isIndexed && device.engine.workOff());
  const page = (search: string, filter: CustomersFilter, offset = 0) => {
    const found = device.engine.query("customers.page", { search, filter, sort: "name", offset, limit: 50 });
    return { names: found.rows.map(({ name }) => name), total: found.total };
  };

  test("hides nobody: names that begin so first, then the others, then whose people are called so", () => {
    const names = ["Market of mine", "Corner market", "Bakery"];
    for (const search of ["market", "mar", "ma", "m"]) expect(page(search, mine)).toEqual({ names, total: 3 });
    expect(page("market", mine, 2)).toEqual({ names: ["Bakery"], total: 3 });
    expect(page("market corner", mine)).toEqual({ names: ["Corner market"], total: 1 });
    expect(page("markets", mine)).toEqual({ names: [], total: 0 });
  });

  test("says of many that there are as many or more", () => {
    expect(page("market", colleagues).total).toBe(MAX_COUNTED);
    expect(page("market", { name: "every", owners: [id(1), id(9)] }).total).toBe(MAX_COUNTED);
  });
});

test("a contact's name finds who passes the filter, however many others of one customer are called so", () => {
  const device = open();
  const contacts = Array.from({ length: 300 }, (_, at) =>
    row("contact", id(5000 + at), id(100 + (at % 10)), { customer: id(100 + (at % 10)), name: "Jan" }),
  );
  const rows = [
    ...Array.from({ length: 10 }, (_, at) => customerRow(100 + at, { name: `Shop ${at}`, owner: id(9) })),
    customerRow(200, { name: "Mine", owner: id(1) }),
    ...contacts,
    row("contact", id(6000), id(200), { customer: id(200), name: "Jan" }),
  ];
  receive(device, { rows: { [BUCKET]: rows }, complete: [BUCKET, "shared", `u:${id(1)}`] });
  const asked = { filter: { name: "mine", owner: id(1) }, sort: "name", offset: 0, limit: 50 } as const;
  expect(device.engine.query("customers.page", { search: "jan", ...asked })).toMatchObject({ total: 1 });
});

test("many customers pass a filter, hardly one of them a search that finds many others", () => {
  const device = open();
  const many = (from: number, count: number, v: Parameters<typeof customerRow>[1]) =>
    Array.from({ length: count }, (_, at) => customerRow(from + at, v));
  const rows = [
    ...many(10_000, 2_100, { name: "Hotel", value_class: "vip" }),
    ...many(20_000, 5_100, { name: "Shop", value_class: "small" }),
    customerRow(30_000, { name: "Small hotel", value_class: "small" }),
  ];
  receive(device, { rows: { [BUCKET]: rows }, complete: [BUCKET, "shared", `u:${id(1)}`] });
  const asked = { filter: { name: "value_class", value_class: "small" }, sort: "name", offset: 0, limit: 50 } as const;
  const page = device.engine.query("customers.page", { search: "hotel", ...asked });
  expect(page).toMatchObject({ total: 1, isCounted: true, rows: [{ name: "Small hotel" }] });
});

test("search everything finds as many of one kind as are asked for, and of the others so many as before", () => {
  const { device } = filled(true);
  for (let at = 0; at < 12; at += 1) {
    const v = { customer: id(100), name: `Nowak ${at}` };
    device.save({ kind: "contact", id: id(400 + at), root: id(100), v });
    device.save({
      kind: "note",
      id: id(500 + at),
      root: id(100),
      v: { customer: id(100), person: id(1), written_at: NOW, body: `nowak ${at}` },
    });
  }
  const hits = device.engine.query("everything.search", { search: "nowak", limit: 3, limits: { contact: 20 } });
  const count = (kind: string) => hits.filter((hit) => hit.kind === kind).length;
  expect([count("contact"), count("note")]).toEqual([12, 3]);
});

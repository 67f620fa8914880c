/** Names with Han signs stand by pinyin in every list that is paged by the key, and are found by how they begin (docs/decisions/0254). */
import { afterEach, describe, expect, test, vi } from "vitest";
import { BUCKET, customerRow, type Fixture, id, open, PERSON, receive, row, TERRITORY } from "./fixtures.ts";
import { readMeta, writeMeta } from "./meta.ts";
import type { NodeDatabase } from "./node-database.ts";

const NAMES = ["王芳", "李伟", "Zoo", "张敏", "陈静", "王安", "Apteka", "Ян", "李 Apteka", "李娜"];
const BY_PINYIN = ["Apteka", "Zoo", "Ян", "陈静", "李 Apteka", "李娜", "李伟", "王安", "王芳", "张敏"];
const BY_CODE = ["Apteka", "Zoo", "Ян", "张敏", "李 Apteka", "李伟", "李娜", "王安", "王芳", "陈静"];

function filled(names: readonly string[] = NAMES): Fixture {
  const device = open();
  receive(device, { rows: { [BUCKET]: names.map((name, at) => customerRow(100 + at, { name })) }, seq: 9 });
  settle(device);
  return device;
}

function settle({ engine }: Fixture): void {
  while (engine.workOff() === "soon");
}

function names({ engine }: Fixture, search = ""): string[] {
  const asked = { search, filter: { name: "all" }, sort: "name", offset: 0, limit: 50 } as const;
  return engine.query("customers.page", asked).rows.map(({ name }) => name);
}

const keys = ({ database }: Fixture) =>
  database.all("SELECT id, sort_key FROM customer ORDER BY id").map((one) => JSON.stringify(one));

/** The store as version 4 of it was: keys by code point, and nothing said of them. */
function asVersion4(device: Fixture): NodeDatabase {
  const { database } = device;
  database.exec("DELETE FROM meta WHERE name = 'han'; PRAGMA user_version = 4");
  for (const { n, name } of database.all<{ n: number; name: string }>("SELECT n, name FROM customer"))
    database.run("UPDATE customer_row SET sort_key = ? WHERE n = ?", [`${name.toLowerCase()}\u0001${name}`, n]);
  return database;
}

afterEach(() => void vi.unstubAllGlobals());

describe("customers", () => {
  test("are listed by pinyin, other scripts where they were", () => {
    expect(names(filled())).toEqual(BY_PINYIN);
  });

  test("that are added and renamed afterwards take their place", () => {
    const device = filled();
    device.save({ kind: "customer", id: id(100), root: id(100), v: { name: "吴芳" } });
    device.save({ kind: "customer", id: id(200), root: id(200), v: { name: "包敏", territory: TERRITORY } });
    expect(names(device).filter((name) => !/[a-zЯ]/.test(name))).toEqual(
      ["包敏", "陈静", "李娜", "李伟", "王安", "吴芳", "张敏"], // prettier-ignore
    );
  });

  test("are found first where their name begins so, by pinyin", () => {
    const device = filled([...NAMES, "大王", "小王"]);
    expect(names(device, "王")).toEqual(["王安", "王芳", "大王", "小王"]);
    expect(names(device, "李")).toEqual(["李 Apteka", "李娜", "李伟"]);
    expect(names(device, "李 a")).toEqual(["李 Apteka"]);
    expect(names(device, "ap")).toEqual(["Apteka", "李 Apteka"]);
  });
});

test("products, contacts, deals and tasks are kept by pinyin too, signs of other forms as those that they stand for", () => {
  const device = open();
  const root = id(100);
  const titles = ["\uf9e1", "王", "陈", "李", "㈱"]; // U+F9E1 is 李, ㈱ is (株)
  const rows = titles.flatMap((name, at) => [
    row("product", id(200 + at), "shared", { name }),
    row("contact", id(300 + at), root, { customer: root, name }),
    row("deal", id(400 + at), root, { customer: root, title: name, person: PERSON }),
    row("task", id(500 + at), root, { customer: root, title: name, person: PERSON, status: "open" }),
  ]);
  receive(device, { rows: { [BUCKET]: [customerRow(100), ...rows] }, seq: 9 });
  for (const [kind, title] of [
    ["product", "name"],
    ["contact", "name"],
    ["deal", "title"],
    ["task", "title"],
  ]) {
    // prettier-ignore
    const found = device.database.all<{ title: string }>(`SELECT "${title}" AS title FROM "${kind}" ORDER BY sort_key`);
    expect([kind, ...found.map((one) => one.title)]).toEqual([kind, "陈", "李", "\uf9e1", "王", "㈱"]);
  }
});

describe("the ranks", () => {
  test("are kept from the first such name on, never for others", () => {
    const device = filled(["Apteka", "Ян", "پارس", "カメラ", "한국"]);
    expect(readMeta(device.database, "han")).toBeNull();
    expect(names(device, "王")).toEqual([]);
    device.save({ kind: "customer", id: id(100), root: id(100), v: { name: "王" } });
    const ranked = readMeta(device.database, "han") ?? "";
    expect([ranked.length, new Set(ranked).size]).toEqual([27_584, 27_584]);
  });

  test("are not kept where the write that asked for them was taken back", () => {
    const device = open();
    const { database } = device;
    const run = database.run.bind(database);
    database.run = (sql, parameters) => {
      if (sql.includes("customer_doc")) throw new Error("killed");
      return run(sql, parameters);
    };
    expect(() => receive(device, { rows: { [BUCKET]: [customerRow(100, { name: "王" })] } })).toThrow("killed");
    expect(readMeta(database, "han")).toBeNull();
  });

  test("that the store has are those of its keys, until a browser that ranks otherwise has made them anew", () => {
    const device = filled();
    const right = keys(device);
    // As if 王 and 李 had changed places, and the store had been filled so.
    const other = (readMeta(device.database, "han") ?? "").replace(/[王李]/g, (sign) => (sign === "王" ? "李" : "王"));
    const before = open();
    writeMeta(before.database, "han", other);
    const rows = NAMES.map((name, at) => customerRow(100 + at, { name }));
    receive(before, { rows: { [BUCKET]: rows }, seq: 9 });
    expect(names(before)).toEqual(["Apteka", "Zoo", "Ян", "陈静", "王安", "王芳", "李 Apteka", "李娜", "李伟", "张敏"]);
    const again = open(7, before.database);
    expect(names(again, "王")).toEqual(["王安", "王芳"]);
    const told: string[] = [];
    again.engine.onChange((topics) => told.push(...topics));
    settle(again);
    expect([names(again), keys(again)]).toEqual([BY_PINYIN, right]);
    expect(told).toContain("customer");
    told.length = 0;
    settle(open(7, before.database));
    expect(told).toEqual([]);
  });

  test("stay those of the code points where the runtime knows no Chinese order, and come with one that does", () => {
    const { Collator } = Intl;
    class OnlyEnglish extends Collator {
      constructor() {
        super("en");
      }
    }
    vi.stubGlobal("Intl", { Collator: OnlyEnglish });
    const device = filled();
    expect(names(device)).toEqual(BY_CODE);
    expect(names(device, "王")).toEqual(["王安", "王芳"]);
    vi.unstubAllGlobals();
    const again = open(7, device.database);
    settle(again);
    expect(names(again)).toEqual(BY_PINYIN);
  });
});

describe("a store of version 4", () => {
  test("gets its new keys when it has nothing else to do, and no other table is made anew", () => {
    const right = keys(filled());
    const database = asVersion4(filled());
    const exec = vi.spyOn(database, "exec");
    const device = open(7, database);
    expect(names(device)).toEqual(BY_CODE);
    settle(device);
    expect([names(device), keys(device)]).toEqual([BY_PINYIN, right]);
    expect(exec.mock.calls.flat().filter((sql) => /CREATE|DROP/.test(sql))).toEqual([]);
  });

  test("without such names is left as it is", () => {
    const device = open(7, asVersion4(filled(["Apteka", "Ян"])));
    settle(device);
    expect(readMeta(device.database, "han")).toBeNull();
  });

  test("goes on from a crash while the keys are made", () => {
    const device = open(7, asVersion4(filled()));
    const { database } = device;
    const run = database.run.bind(database);
    let left = 3;
    database.run = (sql, parameters) => {
      if (sql.includes("sort_key = ?")) left -= 1;
      if (left === 0) throw new Error("killed");
      return run(sql, parameters);
    };
    expect(() => settle(device)).toThrow("killed");
    expect(names(device)).toEqual(BY_CODE);
    database.run = run;
    settle(device);
    expect(names(device)).toEqual(BY_PINYIN);
  });
});

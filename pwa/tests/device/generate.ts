/** Pages of rows as the server would send them, for a device of any size, in five scripts; the same seed gives the same bytes. */
import { encode } from "$sync/base32.ts";
import { stampFromClock } from "$sync/clock.ts";
import { newId, RANDOM_BYTES } from "$sync/identifier.ts";
import type { Row } from "$sync/messages.ts";

/** A pseudo-random generator: each call gives a number in [0, 1). Source: mulberry32 by Tommy Ettinger, public domain. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SCRIPTS = [
  {
    first: ["Apteka", "Hurtownia", "Sklep", "Delikatesy", "Piekarnia", "Zielony", "Rynek", "Stary", "Złota", "Śląska"],
    last: [
      "Nowak",
      "Pod Orłem",
      "Kowalski",
      "Wiśniewska",
      "Łódzka",
      "Świętokrzyska",
      "Żabka",
      "Gdańska",
      "Ostrowska",
      "Mazur",
    ],
    people: ["Ewa Wójcik", "Piotr Zieliński", "Małgorzata Dąbrowska", "Łukasz Ostrowski", "Żaneta Król"],
    cities: ["Kraków", "Łódź", "Gdańsk", "Poznań", "Wrocław", "Świdnica"],
    streets: ["ul. Długa", "Starowiślna", "Rynek", "al. Jana Pawła"],
    country: "PL",
    phone: "+48 12",
  },
  {
    first: ["فروشگاه", "داروخانه", "پخش", "سوپرمارکت", "شرکت", "بازرگانی", "کالای", "گلستان", "ژاله", "چاپ"],
    last: ["کریمی", "تهران نو", "پارسیان", "گلستان", "حسینی", "یزدانی", "محمدی", "آریا", "کوثر", "وحدت"],
    people: ["مریم حسینی", "علی رضایی", "زهرا کاظمی", "محمد یوسفی", "نگار گودرزی"],
    cities: ["تهران", "اصفهان", "شیراز", "تبریز", "مشهد", "یزد"],
    streets: ["خیابان ولیعصر", "خیابان آزادی", "بلوار کشاورز", "کوچه گلها"],
    country: "IR",
    phone: "+98 21",
  },
  {
    first: [
      "Сибирь",
      "Аптека",
      "Магазин",
      "Торговый дом",
      "Фермер",
      "Склад",
      "Северный",
      "Уральский",
      "Ёлка",
      "Красный",
    ],
    last: [
      "Трейд",
      "Иванова",
      "Смирнов и сыновья",
      "Продукты",
      "Щукин",
      "Новосибирск",
      "Восток",
      "Кузнецов",
      "Чайка",
      "Яблоко",
    ],
    people: ["Анна Смирнова", "Юрий Щербаков", "Ольга Кузнецова", "Пётр Ильин", "Зоя Чехова"],
    cities: ["Москва", "Новосибирск", "Екатеринбург", "Казань", "Орёл", "Йошкар-Ола"],
    streets: ["ул. Ленина", "Невский проспект", "ул. Щорса", "пер. Южный"],
    country: "RU",
    phone: "+7 383",
  },
  {
    first: ["北京", "上海", "广州", "华东", "东方", "新世纪", "金龙", "长城", "和平", "南山"],
    last: ["贸易公司", "药房", "超市", "食品批发", "便利店", "商行", "百货", "水果店", "茶叶行", "医疗器械"],
    people: ["李伟", "王芳", "张敏", "刘洋", "陈静"],
    cities: ["北京", "上海", "广州", "成都", "杭州", "西安"],
    streets: ["人民路", "中山大道", "解放街", "南京西路"],
    country: "CN",
    phone: "+86 10",
  },
  {
    first: ["Green", "Corner", "River", "Old Mill", "Harbour", "Union", "North", "Smith's", "Queen's", "Summit"],
    last: ["Pharmacy", "Wholesale", "Grocers", "Bakery", "Trading", "Market", "Supplies", "Deli", "Hardware", "Foods"],
    people: ["Emma Clarke", "Oliver Wright", "Grace O'Neill", "Harry Patel", "Zoë Hughes"],
    cities: ["Leeds", "Bristol", "Cork", "York", "Bath", "Dover"],
    streets: ["High Street", "Station Road", "Mill Lane", "Church Street"],
    country: "GB",
    phone: "+44 113",
  },
] as const;

const VALUE_CLASSES = [
  "vip",
  "main",
  "main",
  "main",
  "regular",
  "regular",
  "regular",
  "regular",
  "small",
  "small",
  "small",
  "small",
];
const PHASES = ["prospective", "starting", "repeat", "repeat", "loyal", "leaving"];
const STAGES = ["new", "qualified", "proposal", "negotiation", "won", "won", "lost"];
const OUTCOMES = ["order", "interested", "follow_up", "not_in", "no_need"];
const WORDS =
  "wants new prices on shelf units before the fair delivery is late again competitor offers eight percent lower asked for samples of the autumn pack".split(
    " ",
  );
const NOW = Date.UTC(2026, 10, 21, 9);
const DAY = 86_400_000;

/** How many records of each kind there are for each hundred customers: 300 children. */
const CHILDREN = { contact: 60, visit: 120, note: 30, task: 30, deal: 20, order: 40 } as const;

/** The kind of a generated record. */
export type GeneratedKind = "customer" | keyof typeof CHILDREN | "person" | "territory" | "product";

/** What the generator made beside the rows: enough to ask questions about them. */
export interface Generated {
  readonly rows: Iterable<Row>;
  readonly person: string;
  readonly territory: string;
}

/** Returns the rows of a territory of `customers` customers and three times as many children, in the order of their making. */
export function generate(customers: number, seed: number): Generated {
  const random = seeded(seed);
  const bytes = new Uint8Array(RANDOM_BYTES);
  const id = (ms: number) => {
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256);
    return newId(ms, bytes);
  };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const whole = (below: number) => Math.floor(random() * below);
  const stamp = (ms: number) => stampFromClock({ ms, counter: 0, device: 1 + whole(20) });
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const text = (words: number) => Array.from({ length: words }, () => pick(WORDS)).join(" ");
  const person = id(NOW - 900 * DAY);
  const territory = id(NOW - 900 * DAY);

  function* rows(): Iterable<Row> {
    const born = NOW - 800 * DAY;
    yield row("person", person, "shared", born, { name: "Marek Kowal", role: "rep", active: true });
    yield row("territory", territory, "shared", born, { name: "South" });
    for (let at = 0; at < customers; at += 1) {
      const script = SCRIPTS[at % SCRIPTS.length] as (typeof SCRIPTS)[number];
      const made = born + whole(300) * DAY;
      const customer = id(made);
      yield row("customer", customer, customer, made, {
        name: `${pick(script.first)} ${pick(script.last)} ${1 + whole(9999)}`,
        relation: "business",
        territory,
        owner: person,
        trade: pick(["wholesale", "pharmacy", "grocery", "hardware"]),
        street: `${pick(script.streets)} ${1 + whole(200)}`,
        city: pick(script.cities),
        postcode: `${10 + whole(90)}-${100 + whole(900)}`,
        country: script.country,
        latitude: 49_000_000 + whole(5_000_000),
        longitude: 15_000_000 + whole(8_000_000),
        phone: `${script.phone} ${100 + whole(900)} ${10 + whole(90)} ${10 + whole(90)}`,
        email: `office${at}@example.com`,
        tags: random() < 0.3 ? { [pick(["chain", "new shelf", "cash", "fridge"])]: [[stamp(made)], []] } : {},
        currency: "EUR",
        since: day(made),
        value_class: pick(VALUE_CLASSES),
        phase: pick(PHASES),
        lifetime_value: whole(9_000_000),
        revenue_12m: whole(2_000_000),
        margin_12m: whole(500_000),
        satisfaction: whole(101),
        churn_risk: whole(100),
      });
      yield* children(customer, script, at);
    }
  }

  function* children(customer: string, script: (typeof SCRIPTS)[number], at: number): Iterable<Row> {
    const counts = Object.entries(CHILDREN) as [keyof typeof CHILDREN, number][];
    for (const [kind, perHundred] of counts) {
      const count = Math.floor(((at + 1) * perHundred) / 100) - Math.floor((at * perHundred) / 100);
      for (let n = 0; n < count; n += 1) {
        const made = NOW - whole(700 * 24) * (DAY / 24);
        yield row(kind, id(made), customer, made, { customer, ...child(kind, script, made) });
      }
    }
  }

  function child(kind: keyof typeof CHILDREN, script: (typeof SCRIPTS)[number], made: number): NonNullable<Row["v"]> {
    switch (kind) {
      case "contact":
        return {
          name: pick(script.people),
          job_title: "Buyer",
          phone: `${script.phone} ${100_000 + whole(900_000)}`,
          birthday: day(NOW - (20 + whole(40)) * 365 * DAY),
        };
      case "visit":
        return {
          person,
          status: "done",
          planned_day: day(made),
          position: whole(10),
          checked_in_at: made,
          checked_out_at: made + (5 + whole(50)) * 60_000,
          presence: "at_customer",
          latitude: 49_000_000 + whole(5_000_000),
          longitude: 15_000_000 + whole(8_000_000),
          accuracy: 5 + whole(40),
          distance: whole(200),
          outcome: pick(OUTCOMES),
          note: text(12),
        };
      case "note":
        return { person, written_at: made, body: text(20) };
      case "task":
        return {
          person,
          title: `Call about ${text(3)}`,
          type: "call",
          status: random() < 0.3 ? "open" : "done",
          due_day: day(made + 7 * DAY),
        };
      case "deal":
        return {
          title: `${pick(["Autumn", "Spring", "Winter"])} pack ${whole(1000)}`,
          owner: person,
          stage: pick(STAGES),
          stage_since: made,
          amount: whole(2_000_000),
          currency: "EUR",
          margin: whole(40),
          close_day: day(made + 60 * DAY),
        };
      case "order":
        return {
          person,
          number: `O-${encode(whole(1_000_000), 5)}`,
          status: "delivered",
          ordered_at: made,
          amount: whole(300_000),
          currency: "EUR",
          lines: [
            { product: territory, quantity: 1 + whole(20), price: whole(9000) },
            { product: person, quantity: 1 + whole(20), price: whole(9000) },
          ],
        };
    }
  }

  function row(k: string, i: string, r: string, made: number, v: NonNullable<Row["v"]>): Row {
    const first = stamp(made);
    const names = Object.keys(v);
    const second = stamp(made + 40 * DAY);
    const s =
      random() < 0.3 && names.length > 4
        ? { [first]: [], [second]: [names[2] as string, names[3] as string].sort() }
        : { [first]: [] };
    return { k, i, r, v, s };
  }

  return { rows: rows(), person, territory };
}

/** Returns replies as JSON text, each with rows of about `budget` bytes; the last one is complete. */
export function* pagesOf(generated: Generated, budget: number): Iterable<string> {
  const { person, territory } = generated;
  const bucket = `t:${territory}`;
  const grants = ["shared", `u:${person}`, bucket];
  let texts: string[] = [];
  let size = 0;
  let seq = 0;
  const page = (more: boolean) =>
    `{"now":${NOW},"pushed":0,"grants":${JSON.stringify(grants)},"rows":{"${bucket}":[${texts.join(",")}]},` +
    `"cursors":{"shared":[1,2],"u:${person}":[1,0],"${bucket}":[1,${seq}]},"more":${more},` +
    `"complete":${JSON.stringify(more ? grants.slice(0, 2) : grants)}}`;
  for (const row of generated.rows) {
    const text = JSON.stringify(row);
    texts.push(text);
    size += text.length;
    seq += 1;
    if (size >= budget) {
      yield page(true);
      texts = [];
      size = 0;
    }
  }
  yield page(false);
}

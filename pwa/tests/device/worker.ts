/** Runs the device benches against the store itself: the real engine over a real file. */
import type { Account } from "../../src/lib/store/account.ts";
import { Engine } from "../../src/lib/store/engine.ts";
import { openFile } from "../../src/lib/store/opfs.ts";
import type { CustomersParameters } from "../../src/lib/store/queries/customers.ts";
import { Queries } from "../../src/lib/store/queries/index.ts";
import { LATER } from "../../src/lib/store/queries/later.ts";
import { readExchange } from "../../src/lib/sync/transport.ts";
import { generate, pagesOf, seeded } from "./generate.ts";
import type { Figures, Task } from "./wire.ts";

const world = { now: () => Date.now(), random: (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes) };

async function run(account: Account, task: Task): Promise<Figures> {
  const file = await openFile(account.person);
  const engine = new Engine(file.database, account, world, Queries.all(LATER));
  try {
    switch (task.name) {
      case "fill":
        return fill(engine, task);
      case "search":
        return search(engine, task.queries, task.seed);
      case "write":
        return write(engine, task.writes);
    }
  } finally {
    file.release();
  }
}

/** From the text of each reply to the last commit, indexes and full text included; making the pages is not counted. */
function fill(engine: Engine, { customers, seed, budget }: Task & { name: "fill" }): Figures {
  let applied = 0;
  let bytes = 0;
  let last = 0;
  for (const text of pagesOf(generate(customers, seed), budget)) {
    bytes += text.length;
    const start = performance.now();
    const exchange = readExchange(200, text);
    if (exchange.kind !== "reply") throw new Error(exchange.kind);
    const { reply } = exchange;
    engine.apply(reply, reply.now, reply.now);
    last = performance.now() - start;
    applied += last;
  }
  const start = performance.now();
  while (engine.workOff() === "soon");
  const records = customers * 4 + 2;
  return {
    records,
    ms: applied,
    lastPageMs: last,
    /** What is made afterwards, in slices, while the app is in use. */
    laterMs: performance.now() - start,
    bytes,
    storedBytes: engine.storedBytes,
    perSecond: (records / applied) * 1000,
  };
}

const INNER = [
  "owak",
  "orł",
  "odz",
  "ывк",
  "ова",
  "лдин",
  "ریم",
  "هرا",
  "گلس",
  "易公",
  "药房",
  "京",
  "rpo",
  "arm",
  "ocer",
  "ghn",
];

function search(engine: Engine, queries: number, seed: number): Figures {
  const random = seeded(seed);
  const words = [...INNER];
  // Parts of names, streets and cities that are really there, one to six letters long, from anywhere inside.
  const page = (parameters: Partial<CustomersParameters>) =>
    engine.query("customers.page", {
      search: "",
      filter: { name: "all" },
      sort: "name",
      offset: 0,
      limit: 50,
      ...parameters,
    });
  const { total } = page({});
  while (words.length < queries) {
    const [row] = page({ offset: Math.floor(random() * total), limit: 1 }).rows;
    const text = row?.[random() < 0.7 ? "name" : "city"] ?? "";
    const letters = [...text];
    const length = 1 + Math.floor(random() * 6);
    const at = Math.floor(random() * Math.max(1, letters.length - length));
    const word = letters
      .slice(at, at + length)
      .join("")
      .trim();
    if (word !== "") words.push(word);
  }
  const times: number[] = [];
  const slow: [number, string][] = [];
  let missed = 0;
  for (const word of words) {
    const start = performance.now();
    const { rows } = page({ search: word });
    const ms = performance.now() - start;
    times.push(ms);
    slow.push([ms, word]);
    if (rows.length === 0) missed += 1;
  }
  times.sort((a, b) => a - b);
  const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  slow.sort((a, b) => b[0] - a[0]);
  return {
    p50: quantile(0.5),
    p95: quantile(0.95),
    max: quantile(1),
    missed,
    slowest: slow
      .slice(0, 12)
      .map(([ms, word]) => `${word} ${ms.toFixed(1)}`)
      .join(", "),
  };
}

function write(engine: Engine, writes: number): Figures {
  const rows = engine.query("customers.page", {
    search: "",
    filter: { name: "all" },
    sort: "name",
    offset: 0,
    limit: 200,
  }).rows;
  const times: number[] = [];
  for (let at = 0; at < writes; at += 1) {
    const customer = rows[at % rows.length]?.id ?? "";
    const checked_in_at = engine.now();
    const v = {
      customer,
      person: engine.account.person,
      status: "open",
      checked_in_at,
      presence: "at_customer",
    } as const;
    const start = performance.now();
    const result = engine.write([{ kind: "visit", id: engine.newId(), root: customer, v }], `bench ${start} ${at}`);
    times.push(performance.now() - start);
    if (!result.saved) throw new Error(JSON.stringify(result.problems));
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(writes * 0.5)] ?? 0, p95: times[Math.floor(writes * 0.95)] ?? 0 };
}

self.onmessage = (event: MessageEvent<{ account: Account; task: Task }>) => {
  run(event.data.account, event.data.task).then(
    (figures) => self.postMessage({ figures }),
    (reason: unknown) =>
      self.postMessage({ error: reason instanceof Error ? `${reason.message}\n${reason.stack}` : String(reason) }),
  );
};

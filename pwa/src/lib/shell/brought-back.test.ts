import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { setField } from "#lib/domain/customer";
import { m } from "#lib/i18n";
import { dictionary } from "#lib/i18n/words.svelte";
import type { Store } from "#lib/store/client";
import { BUCKET, customerRow, type Fixture, id, open, PERSON, receive } from "#lib/store/fixtures";
import { toasts } from "#lib/ui/toasts.svelte";
import { bringBack } from "./brought-back";
import { startVisit } from "./check-in";

vi.mock("$app/navigation", () => ({ goto: async () => {}, preloadCode: async () => {} }));
vi.mock("./here.svelte", () => ({ here: { read: async () => null } }));
vi.mock("#lib/ui/after-paint", () => ({ afterPaint: () => {} }));
beforeAll(() => dictionary.open("en"));

const MINUTE = 60_000;
const [KRAK, APTEKA] = [id(100), id(101)];
const [krak, apteka] = [KRAK, APTEKA].map((one) => ({ id: one, root: one })) as [
  { id: string; root: string },
  { id: string; root: string },
];
const back = setField("customer", krak, { deleted: null });

let device: Fixture;
let store: Store;
let keys = 0;
beforeEach(() => {
  device = open();
  const { engine, world } = device;
  receive(device, {
    rows: { [BUCKET]: [customerRow(100, { name: "Krak" }), customerRow(101, { name: "Apteka" })] },
  });
  store = {
    query: async (name: "visit.one", asked: { id: string }) => engine.query(name, asked),
    write: async (changes: Parameters<typeof engine.write>[0]) => {
      keys += 1;
      return engine.write(changes, `key ${keys}`);
    },
    ...{ holdNews: () => () => {}, prime: async () => {}, newId: () => id(300 + keys) },
    ...{ now: () => world.ms, account: { person: PERSON } },
  } as never;
});

const visitOf = (of: string) => device.engine.query("visit.one", { id: of })?.visit;
const openOnes = () => device.engine.query("visit.open_all", { person: PERSON }).map((one) => one.id);

/** Checks in at a customer and answers with the visit. */
async function begin(customer: { id: string }): Promise<string> {
  await startVisit(store, customer);
  return openOnes()[0] ?? "";
}

test("the visit of a customer who comes back is closed where another one goes on, and that is said", async () => {
  const first = await begin(krak);
  const began = device.world.ms;
  device.save(...setField("customer", krak, { deleted: true }));
  device.world.ms += 10 * MINUTE;
  const second = await begin(apteka);
  device.world.ms += 40 * MINUTE;
  expect(await bringBack(store, back)).toBe(true);
  expect(openOnes()).toEqual([second]);
  // No later than the check-in that would have closed it.
  const end = { status: "done", checked_out_at: began + 10 * MINUTE, check_out_estimated: true };
  expect(visitOf(first)).toMatchObject(end);
  expect(toasts.shown.at(-1)?.text).toBe(m.visit_closed_for_you({ name: "Krak" }));
});

test("it is open again where nothing else is, and where a colleague has one open", async () => {
  const first = await begin(krak);
  device.save(...setField("customer", krak, { deleted: true }));
  const other = { kind: "visit", id: id(400), root: APTEKA } as const;
  device.save({ ...other, v: { customer: APTEKA, person: id(9), status: "open", checked_in_at: device.world.ms } });
  await bringBack(store, back);
  expect(openOnes()).toEqual([first]);
  expect(visitOf(id(400))?.status).toBe("open");
});

test("a visit that comes back by itself is closed in the same way", async () => {
  const first = await begin(krak);
  device.save({ kind: "visit", id: first, root: KRAK, v: { deleted: true } });
  device.world.ms += MINUTE;
  const second = await begin(apteka);
  await bringBack(store, [{ kind: "visit", id: first, root: KRAK, v: { deleted: null } }]);
  expect(openOnes()).toEqual([second]);
  expect(visitOf(first)?.status).toBe("done");
});

test("a visit that stays removed is left alone", async () => {
  const first = await begin(krak);
  device.save({ kind: "visit", id: first, root: KRAK, v: { deleted: true } });
  device.save(...setField("customer", krak, { deleted: true }));
  const second = await begin(apteka);
  await bringBack(store, back);
  const there = { person: PERSON, customers: [], visits: [first] };
  expect([openOnes(), device.engine.query("visit.coming_back", there).length]).toEqual([[second], 1]);
});

import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { m } from "#lib/i18n";
import { dictionary } from "#lib/i18n/words.svelte";
import type { Store } from "#lib/store/client";
import { BUCKET, customerRow, type Fixture, id, NOW, open, PERSON, receive, row } from "#lib/store/fixtures";
import type { Visible } from "#lib/store/visible";
import { toasts } from "#lib/ui/toasts.svelte";
import { startVisit } from "./check-in";
import { goOnWith, takeBackCheckIn } from "./taken-back";

vi.mock("$app/navigation", () => ({ goto: async () => {}, preloadCode: async () => {} }));
vi.mock("./here.svelte", () => ({ here: { read: async () => null } }));
vi.mock("#lib/ui/after-paint", () => ({ afterPaint: () => {} }));
beforeAll(() => dictionary.open("en"));

const MINUTE = 60_000;
const [KRAK, APTEKA] = [id(100), id(101)];
const PLANNED = id(200);

let device: Fixture;
let store: Store;
let keys = 0;
beforeEach(() => {
  device = open();
  const { engine, world } = device;
  const plan = { customer: KRAK, person: PERSON, status: "planned", planned_day: "2026-11-21" };
  receive(device, {
    rows: {
      [BUCKET]: [
        customerRow(100, { name: "Krak" }),
        customerRow(101, { name: "Apteka" }),
        row("visit", PLANNED, KRAK, plan),
      ],
    },
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

const visitOf = (of: string) => {
  const found = device.engine.query("visit.one", { id: of })?.visit;
  if (found === undefined) throw new Error(`no visit ${of}`);
  return found;
};
const openOnes = () => device.engine.query("visit.open_all", { person: PERSON }).map((one) => one.id);
const newest = (): Visible<"visit"> => visitOf(openOnes()[0] ?? "");
const ends = ({ status, checked_out_at = null, check_out_estimated = null }: Visible<"visit">) => ({
  status,
  checked_out_at,
  check_out_estimated,
});

/** Krak is under way for `minutes` when somebody taps on Apteka by mistake, and notices it a minute later. */
async function mistap(minutes: number): Promise<Visible<"visit">> {
  await startVisit(store, { id: KRAK }, { id: PLANNED, root: KRAK });
  device.world.ms += minutes * MINUTE;
  await startVisit(store, { id: APTEKA });
  device.world.ms += MINUTE;
  return newest();
}

test.each([1, 45])("the visit of %d minutes that a mistaken check-in had closed goes on", async (minutes) => {
  const mistaken = await mistap(minutes);
  expect(visitOf(PLANNED)).toMatchObject({ status: "done", check_out_estimated: true });
  await takeBackCheckIn(store, mistaken, "UTC");
  expect(openOnes()).toEqual([PLANNED]);
  expect(ends(visitOf(PLANNED))).toEqual({ status: "open", checked_out_at: null, check_out_estimated: null });
  expect(visitOf(PLANNED).checked_in_at).toBe(NOW);
  expect(toasts.shown.at(-1)?.text).toBe(m.visit_check_in_undone_goes_on({ name: "Krak" }));
});

test("an Undo of that closes it again as it was", async () => {
  const mistaken = await mistap(10);
  const before = ends(visitOf(PLANNED));
  await takeBackCheckIn(store, mistaken, "UTC");
  toasts.shown.at(-1)?.undo?.();
  await vi.waitFor(() => expect(openOnes()).toEqual([mistaken.id]));
  expect(ends(visitOf(PLANNED))).toEqual(before);
  // And once more: it was closed by the same check-in again.
  await takeBackCheckIn(store, newest(), "UTC");
  expect(openOnes()).toEqual([PLANNED]);
});

test("what had an end before, and went on, has that end still", async () => {
  await startVisit(store, { id: KRAK }, { id: PLANNED, root: KRAK });
  device.save({ kind: "visit", id: PLANNED, root: KRAK, v: { status: "done", checked_out_at: NOW + MINUTE } });
  await goOnWith(store, visitOf(PLANNED), null);
  device.world.ms += 5 * MINUTE;
  await startVisit(store, { id: APTEKA });
  expect(ends(visitOf(PLANNED))).toMatchObject({ status: "done", checked_out_at: NOW + MINUTE });
  await takeBackCheckIn(store, newest(), "UTC");
  expect(ends(visitOf(PLANNED))).toMatchObject({ status: "open", checked_out_at: NOW + MINUTE });
});

test("what was finished by hand, or would be forgotten by now, stays over", async () => {
  const mistaken = await mistap(10);
  device.save({ kind: "visit", id: PLANNED, root: KRAK, v: { status: "done", outcome: "order" } });
  await takeBackCheckIn(store, mistaken, "UTC");
  expect(openOnes()).toEqual([]);
  device.world.ms = NOW + 60 * MINUTE;
  await goOnWith(store, visitOf(PLANNED), null);
  await startVisit(store, { id: APTEKA });
  device.world.ms += 24 * 60 * MINUTE;
  await takeBackCheckIn(store, newest(), "UTC");
  expect(openOnes()).toEqual([]);
});

test("going on with a visit closes the one that is open elsewhere, and says so", async () => {
  const second = await mistap(1);
  await goOnWith(store, visitOf(PLANNED), null);
  expect(openOnes()).toEqual([PLANNED]);
  expect(ends(visitOf(second.id))).toMatchObject({ status: "done", check_out_estimated: true });
  expect(toasts.shown.at(-1)?.text).toBe(m.visit_closed_for_you({ name: "Apteka" }));
});

test("an Undo after another visit was begun closes that one", async () => {
  const mistaken = await mistap(1);
  await takeBackCheckIn(store, mistaken, "UTC");
  const undo = toasts.shown.at(-1)?.undo;
  await startVisit(store, { id: APTEKA });
  const [third] = openOnes();
  expect(third).not.toBe(mistaken.id);
  undo?.();
  await vi.waitFor(() => expect(openOnes()).toEqual([mistaken.id]));
});

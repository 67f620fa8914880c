import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { fmt, m } from "#lib/i18n";
import { dictionary } from "#lib/i18n/words.svelte";
import type { Change } from "#lib/store/change";
import type { Store } from "#lib/store/client";
import { toasts } from "#lib/ui/toasts.svelte";
import { closeForgottenVisit, closeIfForgotten, startVisit } from "./check-in";

const { shown, painted } = vi.hoisted(() => ({ shown: [] as string[], painted: [] as (() => void)[] }));
vi.mock("$app/navigation", () => ({
  goto: async (path: string) => void shown.push(path),
  preloadCode: () => Promise.reject(new TypeError("no network")),
}));
vi.mock("./here.svelte", () => ({ here: { read: async () => ({ latitude: 1, longitude: 2, accuracy: 20 }) } }));
vi.mock("#lib/ui/after-paint", () => ({ afterPaint: (work: () => void) => void painted.push(work) }));
beforeAll(() => dictionary.open("en"));

const NOW = Date.UTC(2026, 10, 21, 8);
const CUSTOMER = { id: "c" };
const visit = (id: string, over: object = {}) => ({
  ...{ id, root: "c", customer: "c", person: "marek", status: "planned", planned_day: fmt.dayOf(NOW) },
  ...over,
});

let visits: ReturnType<typeof visit>[];
/** The plan of a day gone by that nobody has made. */
let missed: ReturnType<typeof visit> | null;
let written: Change[][];
/** What becomes of the news meanwhile, and what the next screen is given. */
let told: string[];
let store: Store;
beforeEach(() => {
  [visits, missed, written, told, shown.length, painted.length] = [[], null, [], [], 0, 0];
  const answers = {
    "visit.one": () => ({ visit: { checked_in_at: NOW } }),
    "visit.open_all": () => visits.filter(({ status }) => status === "open"),
    "customer.visits": () => visits.filter(({ customer }) => customer === CUSTOMER.id),
    "visit.taken_over": () => missed,
  };
  store = {
    query: async (name: keyof typeof answers) => answers[name](),
    write: async (changes: Change[]) => {
      written.push(changes);
      return { saved: true };
    },
    holdNews: () => {
      told.push("held");
      return () => void told.push(`told at ${shown.at(-1)}`);
    },
    prime: async (name: string, { id }: { id: string }) => void told.push(`${name} ${id} before ${shown.at(-1)}`),
    ...{ newId: () => "new", now: () => NOW, account: { person: "marek" } },
  } as never;
});

test("a check-in at a customer opens the visit that is planned there for today", async () => {
  visits = [visit("planned")];
  await startVisit(store, CUSTOMER);
  expect(written).toMatchObject([[{ id: "planned", v: { status: "open" } }]]);
  expect(shown).toEqual(["/visits/planned"]);
});

test("a check-in where nothing is planned for today makes the visit that was missed, whose plan stays what it was", async () => {
  missed = visit("missed", { planned_day: "2026-11-20", planned_at: NOW - 86_400_000 });
  await startVisit(store, CUSTOMER);
  expect(written).toEqual([
    [{ kind: "visit", id: "missed", root: "c", v: { status: "open", checked_in_at: NOW, presence: "unknown" } }],
  ]);
  visits = [visit("planned")];
  await startVisit(store, CUSTOMER);
  expect(written[1]).toMatchObject([{ id: "planned" }]);
});

test("a check-in where his visit is under way goes on with it and closes nothing", async () => {
  visits = [visit("open", { status: "open", planned_day: null })];
  await startVisit(store, CUSTOMER);
  await startVisit(store, CUSTOMER, { id: "open", root: "c" });
  expect(written).toEqual([]);
  expect(shown).toEqual(["/visits/open", "/visits/open"]);
});

test("a check-in where nothing is planned makes a visit, and closes the one that was forgotten elsewhere", async () => {
  visits = [visit("elsewhere", { customer: "other", root: "other", status: "open" })];
  await startVisit(store, CUSTOMER);
  expect(written).toMatchObject([[{ id: "elsewhere" }, { id: "new", v: { customer: "c", status: "open" } }]]);
});

test("a check-in closes every visit that two devices have left open", async () => {
  visits = ["a", "b"].map((id) => visit(id, { customer: "other", root: "other", status: "open" }));
  await startVisit(store, CUSTOMER);
  expect(written).toMatchObject([[{ id: "a" }, { id: "b" }, { id: "new" }]]);
});

test("a check-in elsewhere says so where a visit that went on ends as it had ended", async () => {
  visits = [visit("elsewhere", { customer: "other", root: "other", status: "open", checked_out_at: NOW - 60_000 })];
  await startVisit(store, CUSTOMER);
  expect(written).toMatchObject([[{ id: "elsewhere", v: { status: "done" } }, { id: "new" }]]);
  expect(toasts.shown.map(({ text }) => text)).toEqual([m.visit_closed_again({ name: m.today_no_customer() })]);
});

test("where the check-in was made is written once the visit is in sight", async () => {
  visits = [visit("planned")];
  await startVisit(store, CUSTOMER);
  expect([shown, written.length, painted.length]).toEqual([["/visits/planned"], 1, 1]);
  painted[0]?.();
  await vi.waitFor(() => expect(written[1]).toMatchObject([{ id: "planned", v: { latitude: 1, longitude: 2 } }]));
});

test("a double tap makes one visit", async () => {
  await Promise.all([startVisit(store, CUSTOMER), startVisit(store, CUSTOMER)]);
  expect(written).toHaveLength(1);
  expect(shown).toEqual(["/visits/new"]);
});

test("the screen that is left hears nothing more of the check-in, and the next one begins with its visit", async () => {
  visits = [visit("planned")];
  await startVisit(store, CUSTOMER);
  expect(told).toEqual(["held", "visit.one planned before undefined", "told at /visits/planned"]);
});

test("whatever becomes of a check-in, what has changed is told", async () => {
  store = { ...store, query: () => Promise.reject(new Error("no store")) } as never;
  await expect(startVisit(store, CUSTOMER)).rejects.toThrow("no store");
  expect(told).toEqual(["held", "told at undefined"]);
});

test("a visit left open is closed where it is found so, and one that is under way is not", async () => {
  const [left, fresh] = [NOW - 27 * 3_600_000, NOW - 60_000].map((checked_in_at) =>
    visit("open", { status: "open", checked_in_at }),
  );
  visits = [left as never];
  await closeForgottenVisit(store, "UTC");
  await closeIfForgotten(store, left as never, "Kiosk", "UTC");
  await closeIfForgotten(store, fresh as never, "Kiosk", "UTC");
  const closed = { id: "open", v: { status: "done", check_out_estimated: true } };
  expect(written).toMatchObject([[closed], [closed]]);
  expect(toasts.shown.at(-1)?.text).toBe(m.visit_closed_for_you({ name: "Kiosk" }));
});

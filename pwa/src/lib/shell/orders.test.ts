import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { dictionary } from "#lib/i18n/words.svelte";
import type { Change } from "#lib/store/change";
import type { Store } from "#lib/store/client";
import type { OrderDetail } from "#lib/store/queries/order";
import { repeatOrder, takeOrder } from "./orders";

vi.mock("$app/navigation", () => ({ goto: async () => {} }));
beforeAll(() => dictionary.open("en"));

const WHOSE = { customer: "c", visit: null, currency: "EUR" };
const LAST = { order: { lines: [{ product: "p", quantity: 2, price: 100 }] }, prices: {}, names: {} };

let written: Change[];
let store: Store;
beforeEach(() => {
  written = [];
  const write = async (changes: readonly Change[]) => {
    written.push(...changes);
    return { saved: true };
  };
  store = { write, newId: () => `o${written.length}`, now: () => 0, account: { person: "p" } } as never;
});

test("a double tap takes one order", async () => {
  await Promise.all([takeOrder(store, WHOSE), takeOrder(store, WHOSE)]);
  expect(written).toHaveLength(1);
});

test("a double tap repeats the last order once", async () => {
  const last = LAST as unknown as OrderDetail;
  await Promise.all([repeatOrder(store, WHOSE, last), repeatOrder(store, WHOSE, last)]);
  expect(written).toHaveLength(1);
  await repeatOrder(store, WHOSE, last);
  expect(written).toHaveLength(2);
});

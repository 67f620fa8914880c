import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { dictionary } from "#lib/i18n/words.svelte";
import type { Change } from "#lib/store/change";
import type { Store } from "#lib/store/client";
import type { OrderDetail } from "#lib/store/queries/order";
import { repeatOrder, takeOrder, wordsOfLines } from "./orders";

vi.mock("$app/navigation", () => ({ goto: async () => {} }));
beforeAll(() => dictionary.open("en"));

const WHOSE = { customer: "c", visit: null, currency: "EUR" };
const LAST = { order: { lines: [{ product: "p", quantity: 2, price: 100 }] }, listed: {}, names: {} };

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
  await Promise.all([repeatOrder(store, WHOSE, last, "EUR"), repeatOrder(store, WHOSE, last, "EUR")]);
  expect(written).toHaveLength(1);
  await repeatOrder(store, WHOSE, last, "EUR");
  expect(written).toHaveLength(2);
});

test("an order is repeated in the money that it was in: without a currency in the organisation's, not in the customer's", async () => {
  const listed = { p: { price: 120, currency: null }, q: { price: 9, currency: "PLN" } };
  const last = { ...LAST, listed } as unknown as OrderDetail;
  await repeatOrder(store, { ...WHOSE, currency: "PLN" } as never, last, "EUR");
  expect(written[0]?.v).toMatchObject({ currency: "EUR", amount: 240, status: "placed" });
  const inZloty = { ...last, order: { ...last.order, currency: "PLN" } } as OrderDetail;
  await repeatOrder(store, WHOSE, inZloty, "EUR");
  expect(written[1]?.v).toMatchObject({ currency: "PLN", amount: 200, status: "placed" });
});

test("an order with something that has no price is repeated as a draft", async () => {
  const last = {
    ...LAST,
    order: { lines: [{ product: "p", quantity: 2 }], currency: "PLN" },
  } as unknown as OrderDetail;
  await repeatOrder(store, WHOSE, last, "EUR");
  expect(written[0]?.v).toMatchObject({ status: "draft", amount: 0, lines: [{ product: "p", quantity: 2 }] });
});

describe("the words of a last order", () => {
  const product = (number: number) => String.fromCharCode(96 + number);
  const orderOf = (count: number) => {
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    return {
      order: { lines: numbers.map((quantity) => ({ product: product(quantity), quantity, price: 100 })) },
      names: Object.fromEntries(numbers.map((number) => [product(number), product(number).toUpperCase()])),
      listed: {},
    } as unknown as OrderDetail;
  };
  const plain = (text: string) => text.replace(/[\u2068\u2069]/g, "");

  test("name every line that is ordered again", () => {
    expect(plain(wordsOfLines(orderOf(5), 8))).toBe("1 × A, 2 × B, 3 × C, 4 × D and 5 × E");
    expect(plain(wordsOfLines(orderOf(8), 8))).toMatch(/7 × G and 8 × H$/);
  });
  test("say of a long one how many more there are", () => {
    expect(plain(wordsOfLines(orderOf(9), 8))).toBe(
      "1 × A, 2 × B, 3 × C, 4 × D, 5 × E, 6 × F, 7 × G and 2 more products",
    );
    expect(plain(wordsOfLines(orderOf(9), Number.POSITIVE_INFINITY))).toMatch(/and 9 × I$/);
  });
});

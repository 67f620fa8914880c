import { expect, test } from "vitest";
import {
  amountOf,
  linesOf,
  newOrder,
  repriced,
  setLines,
  setStatus,
  unpriced,
  withLineBack,
  withPrice,
  withQuantity,
} from "./order";

const NOW = Date.UTC(2026, 10, 21, 9);
const key = { id: "o", root: "c" };
const flour = { product: "flour", quantity: 12, price: 250 };
const tea = { product: "tea", quantity: 1, price: 999 };

test("an order of a visit names it, and has the sum of its lines", () => {
  const taken = { id: "o", customer: "c", person: "marek", visit: "v", currency: "EUR", now: NOW };
  expect(newOrder(taken, [flour, tea], "draft")).toEqual({
    ...{ kind: "order", ...key },
    v: {
      ...{ customer: "c", person: "marek", visit: "v", status: "draft", ordered_at: NOW, currency: "EUR" },
      ...{ amount: 3_999, lines: [flour, tea] },
    },
  });
  expect(newOrder({ ...taken, visit: null }, [], "draft").v).not.toHaveProperty("visit");
});

test("a quantity makes a line, changes it, and takes it away at nothing", () => {
  expect(withQuantity([flour], "tea", 1, 999)).toEqual([flour, tea]);
  expect(withQuantity([flour, tea], "flour", 13, 1)).toEqual([{ ...flour, quantity: 13 }, tea]);
  expect(withQuantity([flour, tea], "flour", 0, 1)).toEqual([tea]);
  expect(withQuantity([flour], "flour", -4, 1)).toEqual([]);
  expect(withQuantity([flour], "flour", 1e12, 1)[0]?.quantity).toBe(10_000_000);
});

test("a line that was taken off comes back where it stood, and not beside itself", () => {
  const salt = { product: "salt", quantity: 3, price: 80 };
  expect(withLineBack([flour, salt], tea, 1)).toEqual([flour, tea, salt]);
  expect(withLineBack([], tea, 1)).toEqual([tea]);
  expect(withLineBack([flour, { ...tea, quantity: 5 }], tea, 0)).toEqual([flour, { ...tea, quantity: 5 }]);
});

test("a change of the lines changes the sum with them", () => {
  expect(setLines(key, [tea]).v).toEqual({ lines: [tea], amount: 999 });
  expect(amountOf([])).toBe(0);
});

test("an order is placed at the time of the tap, and can be taken back", () => {
  expect(setStatus(key, "placed", NOW).v).toEqual({ status: "placed", ordered_at: NOW });
  expect(setStatus(key, "draft", NOW).v).toEqual({ status: "draft" });
});

test("an order that is repeated has today's prices, and says which of them are other ones", () => {
  const { lines, changes } = repriced([flour, tea], { flour: 275, tea: 999, salt: 1 });
  expect(lines).toEqual([{ ...flour, price: 275 }, tea]);
  expect(changes).toEqual([{ product: "flour", old: 250, new: 275 }]);
  expect(repriced([flour, tea], {})).toEqual({ lines: [flour, tea], changes: [] });
});

test("lines that nobody can read are passed by", () => {
  expect(linesOf({ lines: [flour, { product: 1 }] as never })).toEqual([flour]);
  expect(linesOf({})).toEqual([]);
});

test("what has no price is not what costs nothing: it waits for one, and counts nothing until then", () => {
  const mint = { product: "mint", quantity: 2 };
  expect(withQuantity([flour], "mint", 2)).toEqual([flour, mint]);
  expect(linesOf({ lines: [flour, mint] as never })).toEqual([flour, mint]);
  expect(setLines(key, [flour, mint]).v).toEqual({ lines: [flour, mint], amount: 3_000 });
  expect(unpriced([flour, mint, { ...tea, price: 0 }])).toEqual([mint]);
  expect(withPrice([flour, mint], "mint", 0)).toEqual([flour, { ...mint, price: 0 }]);
  expect(withQuantity([mint], "mint", 3)).toEqual([{ ...mint, quantity: 3 }]);
});

test("what had no price the last time has today's, and is no change of one", () => {
  const mint = { product: "mint", quantity: 2 };
  expect(repriced([mint], { mint: 90 })).toEqual({ lines: [{ ...mint, price: 90 }], changes: [] });
  expect(repriced([mint], {})).toEqual({ lines: [mint], changes: [] });
});

import { describe, expect, test } from "vitest";
import type { Visible } from "#lib/store/visible";
import { competitorsToOffer, newCheck, removeCheck, restoreCheck, tapStock } from "./shelf";

const NOW = Date.UTC(2026, 10, 21, 9);
const visit = { id: "visit-1", root: "customer-1" };
const look = { id: "check-1", person: "marek", now: NOW };
const check = (over: Partial<Visible<"shelf_check">> = {}): Visible<"shelf_check"> => ({
  ...{ id: "check-1", root: "customer-1", waiting: false, product: "flour" },
  ...over,
});

test("a competitor's product is one of the visit's, with what was seen", () => {
  expect(newCheck(visit, look, null, { competitor: "Baltika", name: "Rye flour", price: 129 })).toEqual({
    ...{ kind: "shelf_check", id: "check-1", root: "customer-1" },
    v: {
      ...{ customer: "customer-1", person: "marek", visit: "visit-1", seen_at: NOW },
      ...{ competitor: "Baltika", name: "Rye flour", price: 129 },
    },
  });
});

test("a competitor's product that was seen outside a visit belongs to the customer alone", () => {
  const { root, v } = newCheck({ id: null, root: "customer-1" }, look, null, { competitor: "Baltika" });
  expect(root).toBe("customer-1");
  expect(v).toEqual({ customer: "customer-1", person: "marek", seen_at: NOW, competitor: "Baltika" });
});

describe("a tap on how much of ours there is", () => {
  test("makes the check", () => {
    expect(tapStock(visit, null, "flour", "low", look).v).toMatchObject({ product: "flour", stock: "low" });
  });
  test("on another word changes it, and nothing else", () => {
    expect(tapStock(visit, check({ stock: "low", price: 5 }), "flour", "out", look).v).toEqual({ stock: "out" });
  });
  test("on the same word takes the check away, unless it says more", () => {
    expect(tapStock(visit, check({ stock: "low" }), "flour", "low", look).v).toEqual({ deleted: true });
    expect(tapStock(visit, check({ stock: "low", facings: 3 }), "flour", "low", look).v).toEqual({ stock: null });
  });
});

test("a check taken away comes back", () => {
  expect(removeCheck(check()).v).toEqual({ deleted: true });
  expect(restoreCheck(check()).v).toEqual({ deleted: null });
});

test("competitors are offered as near as they were seen, each once", () => {
  const seen = [{ competitor: "Baltika" }, { competitor: "Vesna" }, { competitor: "Baltika" }];
  expect(competitorsToOffer(seen, ["Handlopol", "Vesna", "Karun"], 3)).toEqual(["Baltika", "Vesna", "Handlopol"]);
});

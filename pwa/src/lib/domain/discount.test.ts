import { describe, expect, test } from "vitest";
import {
  answerDiscount,
  answeredBefore,
  askDiscount,
  askedBefore,
  discountState,
  marginAfter,
  priceAfter,
} from "./discount";

const deal = { id: "d", root: "c", amount: 1_000_00, margin: 24 };
const asked = { ...deal, discount: 10, discount_asked_at: 5 };

describe("a discount", () => {
  const state = (over: object) => discountState({ stage: "proposal", ...asked, ...over });
  test("waits from the moment it is asked for until that request is answered", () => {
    expect(discountState({ stage: "proposal" })).toBe("none");
    expect(state({})).toBe("asked");
    expect(state({ discount_answered: 5, discount_granted: true })).toBe("granted");
    expect(state({ discount_answered: 5, discount_granted: 0 })).toBe("declined");
  });
  test("that is asked for again waits again", () =>
    expect(state({ discount_asked_at: 6, discount_answered: 5, discount_granted: true })).toBe("asked"));
  test("of a deal that is over waits for nobody", () => {
    expect(state({ stage: "lost" })).toBe("none");
    expect(state({ stage: "won", discount_answered: 5, discount_granted: 1 })).toBe("granted");
  });
});

describe("what it costs", () => {
  test("is rounded to the minor unit", () =>
    expect([priceAfter(999, 5), priceAfter(920_000, 10)]).toEqual([949, 828_000]));
  test("goes off the margin while the costs stay: of 100 cost 76, and 90 are paid", () =>
    expect([marginAfter(24, 10), marginAfter(9, 10), marginAfter(24, 100), marginAfter(0, 99)]).toEqual([
      16,
      -1,
      null,
      -1000,
    ]));
});

test("asking names who asks and when, and is taken back to what was asked before", () => {
  const [change] = askDiscount(deal, { percent: 15, reason: "  " }, "me", 9);
  expect(change).toEqual({
    kind: "deal",
    id: "d",
    root: "c",
    v: { discount: 15, discount_reason: null, discount_asked_by: "me", discount_asked_at: 9 },
  });
  expect(askedBefore({ ...asked, discount_asked_by: "other" })[0]?.v).toEqual({
    discount: 10,
    discount_reason: null,
    discount_asked_by: "other",
    discount_asked_at: 5,
  });
});

describe("an answer", () => {
  test("that grants lowers amount and margin in the same edit, and both come back with it", () => {
    expect(answerDiscount(asked, true, "boss")[0]?.v).toEqual({
      discount_answered: 5,
      discount_answered_by: "boss",
      discount_granted: true,
      amount: 900_00,
      margin: 16,
    });
    expect(answeredBefore(asked, true)[0]?.v).toEqual({
      discount_answered: null,
      discount_answered_by: null,
      discount_granted: null,
      amount: 1_000_00,
      margin: 24,
    });
  });
  test("that declines leaves the sums alone", () => {
    expect(Object.keys(answerDiscount(asked, false, "boss")[0]?.v ?? {})).not.toContain("amount");
    expect(Object.keys(answeredBefore(asked, false)[0]?.v ?? {})).not.toContain("amount");
  });
  test("to nothing is nothing", () => expect(answerDiscount(deal, true, "boss")).toEqual([]));
});

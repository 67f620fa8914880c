import { describe, expect, test } from "vitest";
import { daysInStage, isSlipping, moveBack, moveTo, openSums, stageAfter, weightedSums } from "./deal";

const TODAY = "2026-11-21";
const WARSAW = "Europe/Warsaw";
const daysAgo = (days: number) => Date.UTC(2026, 10, 21 - days, 9);

test("the way through the pipeline ends with won", () => {
  expect(["new", "qualified", "proposal", "negotiation"].map((stage) => stageAfter(stage as "new"))).toEqual([
    ...["qualified", "proposal", "negotiation", "won"],
  ]);
  expect([stageAfter("won"), stageAfter("lost")]).toEqual([null, null]);
});
test("moving starts the stage's clock, and moving back restores it", () => {
  const deal = { id: "d", root: "c", stage: "proposal", stage_since: 5 } as const;
  expect(moveTo(deal, "negotiation", 9)[0]?.v).toEqual({ stage: "negotiation", stage_since: 9 });
  expect(moveBack(deal)[0]?.v).toEqual({ stage: "proposal", stage_since: 5 });
});

describe("slipping", () => {
  const slips = (stage: "new" | "proposal" | "won", days: number, close_day: string | null = null) =>
    isSlipping({ stage, stage_since: daysAgo(days), close_day }, TODAY, WARSAW);
  test("is a stage that lasts longer than usual", () => {
    expect([slips("proposal", 14), slips("proposal", 15)]).toEqual([false, true]);
    expect([slips("new", 30), slips("new", 31)]).toEqual([false, true]);
  });
  test("or a closing day that has passed", () => {
    expect([slips("proposal", 1, TODAY), slips("proposal", 1, "2026-11-20")]).toEqual([false, true]);
  });
  test("is over when the deal is", () => expect(slips("won", 400, "2020-01-01")).toBe(false));
  test("a stage without a beginning has no days", () => {
    expect(daysInStage({ stage: "new" }, TODAY, WARSAW)).toBeNull();
    expect(isSlipping({ stage: "new" }, TODAY, WARSAW)).toBe(false);
  });
});

describe("sums", () => {
  const deals = [
    { stage: "proposal", amount: 100_00, currency: "EUR" },
    { stage: "negotiation", amount: 200_01, currency: "EUR" },
    { stage: "new", amount: 900_000_00, currency: "IRR" },
    { stage: "won", amount: 5_00, currency: "EUR" },
    { stage: "new", amount: null, currency: "EUR" },
    { stage: "qualified", amount: 400_00 },
  ] as const;
  test("are of open deals, each currency for itself, the usual one first", () => {
    expect(openSums(deals, "EUR")).toEqual([
      { amount: 700_01, currency: "EUR" },
      { amount: 900_000_00, currency: "IRR" },
    ]);
  });
  test("weigh each deal by the chance of its stage", () => {
    expect(weightedSums(deals, "EUR")).toEqual([
      { amount: 300_01, currency: "EUR" },
      { amount: 90_000_00, currency: "IRR" },
    ]);
  });
  test("of nothing are nothing", () => expect(openSums([], "EUR")).toEqual([]));
});

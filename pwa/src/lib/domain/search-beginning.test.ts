import { expect, test } from "vitest";
import { openedBefore, stopsAhead } from "./search-beginning";

const stop = (id: string, status: "planned" | "open" | "done" | "cancelled" = "planned") => ({
  status,
  customer: { id },
});
const ahead = (stops: ReturnType<typeof stop>[], shown: string[] = [], inSight?: string) =>
  stopsAhead(stops as never[], shown, inSight).map(({ customer }: { customer: { id: string } }) => customer.id);

test("the customers opened last are offered, not the one who is in sight", () => {
  expect(openedBefore(["a", "b", "c"], "a")).toEqual(["b", "c"]);
  expect(openedBefore(["a", "b", "c", "d", "e", "f"], undefined)).toEqual(["a", "b", "c", "d", "e"]);
});

test("of the day the stops to come are offered in their order, once each", () => {
  expect(ahead([stop("a", "done"), stop("b", "open"), stop("c"), stop("d", "cancelled"), stop("c")])).toEqual([
    "b",
    "c",
  ]);
});

test("who is offered already, or in sight, is not offered as a stop", () => {
  expect(ahead([stop("a"), stop("b"), stop("c")], ["a"], "b")).toEqual(["c"]);
});

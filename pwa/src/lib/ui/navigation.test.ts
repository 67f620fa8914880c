import { describe, expect, test } from "vitest";
import { currentItem, navigation } from "./navigation";

describe("the entry that is lit", () => {
  const { tabs, rail, side } = navigation.rep;

  test("is that of the page, and of the pages below it", () => {
    expect(currentItem(tabs, "/customers")).toBe("customers");
    expect(currentItem(side, "/customers/ab12")).toBe("customers");
  });

  test("is Today's for a visit and for the plan, as far as there is a Today", () => {
    expect(currentItem(tabs, "/visits/ab12")).toBe("today");
    expect(currentItem(rail, "/plan")).toBe("today");
    expect(currentItem(navigation.manager.rail, "/visits/ab12")).toBe("customers");
  });

  test("is the customers' for an order", () => {
    expect(currentItem(tabs, "/orders/ab12")).toBe("customers");
  });

  test("is More's for what has no entry of its own", () => {
    expect(currentItem(tabs, "/tasks")).toBe("more");
    expect(currentItem(rail, "/tasks")).toBe("tasks");
  });
});

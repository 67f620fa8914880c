import { expect, test } from "vitest";
import { open } from "../fixtures.ts";
import { FIRST } from "./first.ts";
import { Queries } from "./index.ts";
import { LATER } from "./later.ts";

test("every query stands in one list", () => {
  expect(Object.keys(FIRST).filter((name) => name in LATER)).toEqual([]);
});

test("what is fetched later is at hand once it has come, and is fetched once", async () => {
  let loads = 0;
  const queries = new Queries(async () => {
    loads += 1;
    return LATER;
  });
  expect([queries.has("today.stops"), queries.has("customers.page")]).toEqual([true, false]);
  expect(() => queries.get("customers.page")).toThrow(expect.objectContaining({ code: "not_fetched" }));
  await Promise.all([queries.fetch(), queries.fetch()]);
  expect(queries.get("customers.page")).toBe(LATER["customers.page"]);
  expect(loads).toBe(1);
});

test("what could not be had is fetched anew with the next call", async () => {
  let failures = 2;
  const queries = new Queries(async () => {
    failures -= 1;
    if (failures >= 0) throw new TypeError("no network");
    return LATER;
  });
  const failing = [queries.fetch(), queries.fetch()];
  for (const fetching of failing)
    await expect(fetching).rejects.toMatchObject({ code: "not_fetched", message: "no network" });
  await expect(queries.fetch()).rejects.toMatchObject({ code: "not_fetched" });
  await queries.fetch();
  expect(queries.has("customers.page")).toBe(true);
});

test("an engine that is asked for what is not at hand says so, and answers at once where all are", () => {
  const { engine } = open();
  expect(engine.query("person.list", { limit: 1 })).toEqual([]);
  const bare = open(7, undefined, undefined, "rep", new Queries(async () => LATER)).engine;
  expect(() => bare.query("person.list", { limit: 1 })).toThrow("person.list");
});

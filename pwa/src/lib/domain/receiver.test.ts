import { expect, test } from "vitest";
import { isPersonal, mayReceive } from "./receiver";

const rep = (id: string) => ({ id, role: "rep" as const });
const shop = { root: "c", customer: "c" };

test("what is a person's own is nobody else's to receive", () => {
  const own = { root: "marek", customer: null };
  expect([isPersonal(own), isPersonal(shop)]).toEqual([true, false]);
  expect(mayReceive(own, rep("marek"), null, "marek")).toBe(true);
  expect(mayReceive(own, { id: "boss", role: "administrator" }, ["boss"], "marek")).toBe(false);
});

test("a customer's goes to those who see him", () => {
  const readers = ["marek", "boss"];
  expect(mayReceive(shop, rep("marek"), readers, "marek")).toBe(true);
  expect(mayReceive(shop, rep("anna"), readers, "marek")).toBe(false);
});

test("where that is not known, to oneself and to those who see all", () => {
  const to = (person: Parameters<typeof mayReceive>[1]) => mayReceive(shop, person, null, "marek");
  expect(to(rep("marek"))).toBe(true);
  expect(to({ id: "boss", role: "administrator" })).toBe(true);
  expect(to({ id: "head", role: "manager" })).toBe(false);
  expect(to(rep("anna"))).toBe(false);
});

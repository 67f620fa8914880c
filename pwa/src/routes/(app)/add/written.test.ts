import { expect, test } from "vitest";
import { carryOver, nothingWritten } from "./written";

const note = { ...nothingWritten(), body: "Wants a second shelf" };

test("what is being written goes with whom one changes to, and nothing else does", () => {
  const [first, second] = [{ ...note, name: "Ewa" }, nothingWritten()];
  carryOver("note", first, second);
  expect(second).toEqual(note);
  expect(first).toEqual({ ...nothingWritten(), name: "Ewa" });
});

test("what was written for somebody before stays his", () => {
  const [first, second] = [{ ...note }, { ...nothingWritten(), body: "Closed in May" }];
  carryOver("note", first, second);
  expect([first.body, second.body]).toEqual(["Wants a second shelf", "Closed in May"]);
});

test("a contact goes whole, and where nothing is written nothing does", () => {
  const [first, second] = [
    { ...nothingWritten(), name: "Ewa", phone: "12" },
    { ...nothingWritten(), phone: "34" },
  ];
  carryOver("contact", first, second);
  expect(second).toMatchObject({ name: "", phone: "34" });
  carryOver("plan", first, nothingWritten());
  carryOver("contact", first, second);
  expect(first.phone).toBe("12");
});

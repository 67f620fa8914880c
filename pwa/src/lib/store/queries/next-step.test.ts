import { expect, test } from "vitest";
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, row } from "../fixtures.ts";

const C = id(100);
const V = id(200);
const TASK = { customer: C, visit: V, person: PERSON, status: "open" } as const;

/** What each place says of the next step, after these tasks of the visit came. */
function said(...tasks: readonly object[]) {
  const device = open();
  const visit = { customer: C, person: PERSON, status: "done", checked_in_at: NOW - 9000, next_step: "Send samples" };
  const made = tasks.map((v, at) => row("task", id(300 + at), C, { ...TASK, title: "Send samples", ...v }));
  receive(device, {
    rows: {
      shared: [row("person", PERSON, "shared", { name: "Marek" })],
      [BUCKET]: [customerRow(100), row("visit", V, C, visit), ...made],
    },
  });
  const [entry] = device.engine
    .query("customer.timeline", { customer: C, before: NOW, limit: 9, only: "visit" })
    .flatMap((one) => (one.kind === "visit" ? [one.nextStep] : []));
  expect(device.engine.query("visit.one", { id: V })?.step).toEqual(entry);
  return entry;
}

test("a next step is called as its task is", () =>
  expect(said({ title: "Send the price list" })).toEqual({ title: "Send the price list", status: "open" }));

test("one that is done says so", () => expect(said({ status: "done" })).toMatchObject({ status: "done" }));

test("one that was removed is none, whatever the visit remembers", () => {
  expect(said({ deleted: true })).toBeNull();
  expect(said({ status: "cancelled" })).toBeNull();
  expect(said({ deleted: true }, { title: "Call" })).toEqual({ title: "Call", status: "open" });
  expect(said({ title: "Call" }, { deleted: true })).toEqual({ title: "Call", status: "open" });
});

test("of one whose task is not at hand there are the words", () =>
  expect(said()).toEqual({ title: "Send samples", status: "open" }));

import { describe, expect, test } from "vitest";
import type { Visible } from "#lib/store/visible";
import {
  beganAt,
  begunVisit,
  cancelVisit,
  checkIn,
  closeForgotten,
  finish,
  isForgotten,
  isSigned,
  isWritten,
  locate,
  mayGoOn,
  movePin,
  movePinBack,
  moveVisit,
  moveVisitBack,
  pinMending,
  plan,
  redoCheckIn,
  removeNextStep,
  removeSignature,
  removeVisit,
  reopen,
  restoreNextStep,
  restoreSignature,
  setNextStep,
  setNote,
  setOutcome,
  sign,
  uncancelVisit,
  undoCheckIn,
  visitMeant,
} from "./visit";

const NINE = Date.UTC(2026, 10, 21, 8); // 9:00 in Warsaw
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MIDNIGHT = NINE + 15 * HOUR;
const WARSAW = "Europe/Warsaw";
const key = { id: "visit-1", root: "customer-1" };
const visit = (over: Partial<Visible<"visit">> = {}): Visible<"visit"> => ({
  ...key,
  waiting: false,
  customer: "customer-1",
  person: "marek",
  status: "open",
  planned_day: "2026-11-21",
  checked_in_at: NINE,
  ...over,
});
const values = (changes: ReturnType<typeof finish>) => changes.map((change) => change.v);

test("a plan is a planned visit that follows its customer", () => {
  expect(plan({ id: "v", customer: "c", person: "p", day: "2026-11-23", at: NINE })).toEqual([
    {
      kind: "visit",
      id: "v",
      root: "c",
      v: { customer: "c", person: "p", status: "planned", planned_day: "2026-11-23", planned_at: NINE },
    },
  ]);
});

describe("the visit that a check-in at a customer means", () => {
  const one = (id: string, status: "open" | "planned", planned_day: string | null, person = "marek") => ({
    ...{ id, root: "customer-1", status, planned_day, person },
  });
  const meant = (...visits: ReturnType<typeof one>[]) => visitMeant(visits, "marek", "2026-11-21")?.id ?? null;
  test("is the one that is under way there, planned or not", () => {
    expect(meant(one("planned", "planned", "2026-11-21"), one("open", "open", null))).toBe("open");
  });
  test("is else the first that is planned for today", () => {
    const [late, first, next] = [
      one("late", "planned", "2026-11-20"),
      one("first", "planned", "2026-11-21"),
      one("next", "planned", "2026-11-21"),
    ];
    expect(meant(late, first, next)).toBe("first");
  });
  test("is nobody else's, and none of another day", () => {
    const others = [one("a", "open", null, "ewa"), one("b", "planned", "2026-11-21", "ewa")];
    expect(meant(...others, one("c", "planned", "2026-11-23"))).toBeNull();
  });
});

describe("checking in", () => {
  test("opens the planned visit at once, wherever the phone is", () => {
    expect(checkIn({ visit: key }, NINE)).toEqual([
      { kind: "visit", ...key, v: { status: "open", checked_in_at: NINE, presence: "unknown" } },
    ]);
  });
  test("at a customer without a plan makes the visit", () => {
    const changes = checkIn({ customer: "c", person: "marek", newId: "new" }, NINE);
    expect(changes).toEqual([
      {
        kind: "visit",
        id: "new",
        root: "c",
        v: { customer: "c", person: "marek", status: "open", checked_in_at: NINE, presence: "unknown" },
      },
    ]);
    expect(begunVisit(changes)).toEqual({ id: "new", root: "c" });
  });
  test("closes the visit that was left open elsewhere, with an estimate, before it opens this one", () => {
    const left = visit({ id: "visit-0", root: "customer-0", checked_in_at: NINE - 10 * MINUTE });
    const changes = checkIn({ visit: key }, NINE, [left]);
    expect(changes.map((change) => change.id)).toEqual(["visit-0", "visit-1"]);
    expect(changes[0]?.v).toEqual({ status: "done", checked_out_at: NINE, check_out_estimated: true });
    expect(begunVisit(changes)).toEqual(key);
  });
  test("twice at the same visit closes nothing", () => {
    expect(checkIn({ visit: key }, NINE, [visit()])).toHaveLength(1);
  });
  test("learns later where the phone is, and how far from the customer", () => {
    const shop = { latitude: 50_000_000, longitude: 20_000_000 };
    expect(locate(key, shop, { ...shop, accuracy: 12.4 })[0]?.v).toEqual({
      presence: "at_customer",
      distance: 0,
      latitude: 50_000_000,
      longitude: 20_000_000,
      accuracy: 12,
    });
    expect(locate(key, null, { ...shop, accuracy: 12 })[0]?.v).toMatchObject({ presence: "unknown", distance: null });
  });
  test("by mistake gives the plan back, without a trace of place", () => {
    const mistaken = visit({ presence: "at_customer", distance: 3, latitude: 1, longitude: 1 });
    expect(values(undoCheckIn(mistaken, true, "2026-11-21"))).toEqual([
      {
        ...{ status: "planned", checked_in_at: null, presence: null },
        ...{ distance: null, latitude: null, longitude: null, accuracy: null },
      },
    ]);
  });
  test("by mistake without a plan takes the visit away, and back it comes as it was", () => {
    const { planned_day: _, ...unplanned } = visit({ status: "open", checked_in_at: 7, presence: "unknown" });
    expect(values(undoCheckIn(unplanned, false, "2026-11-21"))).toEqual([{ deleted: true }]);
    expect(values(redoCheckIn(unplanned))).toMatchObject([
      { deleted: null, status: "open", checked_in_at: 7, planned_day: null, presence: "unknown", distance: null },
    ]);
  });
  test("by mistake takes no report away: the visit is planned for today instead", () => {
    const { planned_day: _, ...unplanned } = visit();
    expect(values(undoCheckIn(unplanned, true, "2026-11-21"))).toMatchObject([
      { status: "planned", planned_day: "2026-11-21", checked_in_at: null },
    ]);
  });
  test.each([
    { note: "x" },
    { outcome: "order" },
    { next_step: "x" },
    { signed_by: "Ewa" },
    { answers: [{ stamp: "", at: 1, text: "" }] },
    { comments: [{ stamp: "", at: 1, text: "" }] },
  ] as const)("%j would be missed", (written) => expect(isWritten(visit(written))).toBe(true));
  test("nothing else would be", () => expect(isWritten(visit({ purpose: "sales", presence: "unknown" }))).toBe(false));
});

describe("the report", () => {
  test("an outcome finishes the visit now", () => {
    expect(values(finish(visit(), "order", NINE + 18 * MINUTE, WARSAW))).toEqual([
      { status: "done", outcome: "order", checked_out_at: NINE + 18 * MINUTE, check_out_estimated: null },
    ]);
  });
  test("a check-in that lies after the check-out was made by a wrong clock: the visit began no later than it ended", () => {
    const ahead = visit({ checked_in_at: NINE + 240 * HOUR });
    expect(values(finish(ahead, "order", NINE + 18 * MINUTE, WARSAW))).toEqual([
      {
        status: "done",
        outcome: "order",
        checked_in_at: NINE + 18 * MINUTE,
        checked_out_at: NINE + 18 * MINUTE,
        check_out_estimated: null,
      },
    ]);
  });
  test("what a wrong clock left behind is shown as begun when it ended, too", () => {
    expect(beganAt({ status: "done", checked_in_at: NINE + HOUR, checked_out_at: NINE })).toBe(NINE);
    expect(beganAt({ status: "done", checked_in_at: NINE, checked_out_at: NINE + HOUR })).toBe(NINE);
    // One that goes on has the end from before, which says nothing yet.
    expect(beganAt({ status: "open", checked_in_at: NINE + HOUR, checked_out_at: NINE })).toBe(NINE + HOUR);
    expect(beganAt({ status: "planned" })).toBeNull();
  });
  test("finishing can be taken back to the outcome before", () => {
    expect(values(reopen(key, null, NINE))).toEqual([{ status: "open", outcome: null }]);
  });
  test("going on closes what is open elsewhere: nobody is in two shops", () => {
    const other = visit({ id: "visit-2", root: "customer-2", checked_in_at: NINE + 5 * MINUTE });
    expect(reopen(key, "order", NINE + 9 * MINUTE, [other, visit()])).toEqual([
      {
        ...{ kind: "visit", id: "visit-2", root: "customer-2" },
        v: { status: "done", checked_out_at: NINE + 9 * MINUTE, check_out_estimated: true },
      },
      { kind: "visit", ...key, v: { status: "open", outcome: "order" } },
    ]);
  });
  test("an outcome can be changed without touching the times", () => {
    expect(values(setOutcome(key, "interested"))).toEqual([{ outcome: "interested" }]);
  });
  test("a note keeps its spaces while it is written, and an empty one is no note", () => {
    expect(values(setNote(key, "Ewa approves "))).toEqual([{ note: "Ewa approves " }]);
    expect(values(setNote(key, "  \n"))).toEqual([{ note: null }]);
  });
});

describe("a visit that is over", () => {
  const done = visit({ status: "done", checked_out_at: NINE + 50 * MINUTE });
  const isStillOn = (one: Visible<"visit">, now: number) => mayGoOn(one, now, WARSAW);
  test("may go on shortly after its end, and is only corrected later", () => {
    expect(isStillOn(done, NINE + 80 * MINUTE)).toBe(true);
    expect(isStillOn(done, NINE + 81 * MINUTE)).toBe(false);
  });
  test("may go on the whole day where its end is an estimate", () => {
    const estimated = { ...done, check_out_estimated: true };
    expect(isStillOn(estimated, NINE + 14 * HOUR)).toBe(true);
    expect(isStillOn(estimated, NINE + 15 * HOUR)).toBe(false);
  });
  test("is removed by whoever made it at the wrong customer, and back it comes", () => {
    expect(values(removeVisit(key))).toEqual([{ deleted: true }]);
    expect(values(removeVisit(key, null))).toEqual([{ deleted: null }]);
  });
  test("is no other one", () => {
    expect(isStillOn({ ...done, status: "open" }, NINE + HOUR)).toBe(false);
    expect(isStillOn({ ...done, checked_out_at: null }, NINE + HOUR)).toBe(false);
  });
  test("takes its former end with it where the check-in of it, gone on with, was a mistake", () => {
    const before = visit({ planned_day: "2026-11-21", checked_out_at: NINE + 50 * MINUTE, check_out_estimated: true });
    const ends = { checked_out_at: null, check_out_estimated: null };
    expect(values(undoCheckIn(before, true, "2026-11-21"))).toMatchObject([ends]);
    expect(values(redoCheckIn(before))).toMatchObject([
      { checked_out_at: NINE + 50 * MINUTE, check_out_estimated: true },
    ]);
  });
});

describe("a wrong pin", () => {
  const customer: Visible<"customer"> = {
    id: "customer-1",
    root: "customer-1",
    waiting: false,
    latitude: 1,
    longitude: 2,
  };
  const place = { latitude: 50_000_000, longitude: 20_000_000, accuracy: 200 };
  const there = visit({ presence: "elsewhere", distance: 800, ...place });
  const coarse = visit({ ...there, accuracy: 201 });
  test("is moved to where the check-in was made, which then was at the customer's", () => {
    expect(movePin(there, customer)).toEqual([
      { kind: "customer", id: "customer-1", root: "customer-1", v: { latitude: 50_000_000, longitude: 20_000_000 } },
      { kind: "visit", ...key, v: { presence: "at_customer", distance: 0 } },
    ]);
    expect(movePin(visit(), customer)).toEqual([]);
  });
  test("is not moved to a reading that would prove nothing: while the visit goes on, a new one is asked for", () => {
    expect(movePin(coarse, customer)).toEqual([]);
    expect(movePin({ ...there, accuracy: null }, customer)).toEqual([]);
    expect(pinMending(coarse, customer)).toBe("read");
    expect(pinMending({ ...coarse, status: "done" }, customer)).toBeNull();
  });
  test("may be moved where the visit was elsewhere, and set where there was none", () => {
    expect(pinMending({ ...there, status: "done" }, customer)).toBe("move");
    const nowhere = { ...customer, latitude: null, longitude: null };
    expect(pinMending({ ...there, presence: "unknown", distance: null }, nowhere)).toBe("move");
    expect(pinMending({ ...there, presence: "at_customer", distance: 3 }, customer)).toBeNull();
    expect(pinMending(visit({ presence: "elsewhere" }), customer)).toBeNull();
  });
  test("is put back as it was, also where there was none", () => {
    const { latitude: _, longitude: __, ...nowhere } = customer;
    expect(values(movePinBack(there, customer))).toEqual([
      { latitude: 1, longitude: 2 },
      { presence: "elsewhere", distance: 800 },
    ]);
    expect(values(movePinBack(there, nowhere))[0]).toEqual({ latitude: null, longitude: null });
  });
});

describe("a signature", () => {
  test("is strokes, a name or both, with its time", () => {
    const by = "Ewa Nowak ";
    expect(values(sign(key, { strokes: "M1 1l2 2", by }, NINE))).toEqual([
      { signature: "M1 1l2 2", signed_by: "Ewa Nowak", signed_at: NINE },
    ]);
    expect(values(sign(key, { strokes: "", by }, NINE))).toEqual([
      { signature: null, signed_by: "Ewa Nowak", signed_at: NINE },
    ]);
  });
  test("is one by a name alone, and none where neither was given", () => {
    expect(isSigned(visit({ signed_by: "Ewa" }))).toBe(true);
    expect(isSigned(visit({ signature: "M1 1l2 2" }))).toBe(true);
    expect(isSigned(visit({ signature: null, signed_by: null, signed_at: null }))).toBe(false);
  });
  test("taken away comes back with its time", () => {
    expect(values(removeSignature(key))).toEqual([{ signature: null, signed_by: null, signed_at: null }]);
    const signed = visit({ signature: "M1 1l2 2", signed_at: NINE });
    expect(values(restoreSignature(signed))).toEqual([{ signature: "M1 1l2 2", signed_by: null, signed_at: NINE }]);
  });
});

describe("the next step", () => {
  const when = { due_day: "2026-11-24", remind_at: NINE + 72 * HOUR };
  const step = { id: "task-1", title: "Confirm delivery date", type: "todo", person: "marek", when } as const;
  const task: Visible<"task"> = { id: "task-1", root: "customer-1", waiting: true, title: "Call back", type: "call" };
  test("is a task of the same customer with a reminder", () => {
    expect(setNextStep(key, null, step)).toEqual([
      { kind: "visit", ...key, v: { next_step: "Confirm delivery date" } },
      {
        ...{ kind: "task", id: "task-1", root: "customer-1" },
        v: {
          ...{ title: "Confirm delivery date", type: "todo", person: "marek", status: "open" },
          ...{ customer: "customer-1", visit: "visit-1", ...when },
        },
      },
    ]);
  });
  test("chosen again moves the same task", () => {
    const changes = setNextStep(key, task, { ...step, id: "task-2" });
    expect(changes.map((change) => change.id)).toEqual(["visit-1", "task-1"]);
    expect(changes[1]?.v).toEqual({ ...when, title: "Confirm delivery date", type: "todo" });
  });
  test("taken away leaves neither words nor task", () => {
    expect(values(removeNextStep(key, task))).toEqual([{ next_step: null }, { deleted: true }]);
    expect(values(removeNextStep(key, null))).toEqual([{ next_step: null }]);
    expect(values(restoreNextStep({ ...key, next_step: "Call back" }, null))).toEqual([{ next_step: "Call back" }]);
    expect(values(restoreNextStep(key, task))).toEqual([{ next_step: "Call back" }, { deleted: null }]);
  });
});

describe("a forgotten check-out", () => {
  test("is one of more than four hours", () => {
    expect(isForgotten(visit(), NINE + 4 * HOUR, WARSAW)).toBe(false);
    expect(isForgotten(visit(), NINE + 4 * HOUR + 1, WARSAW)).toBe(true);
  });
  test("is none because midnight passed: what its rep finishes within four hours has the real end", () => {
    const late = visit({ checked_in_at: Date.UTC(2026, 10, 21, 21, 30) });
    const after = Date.UTC(2026, 10, 21, 23, 15);
    expect(isForgotten(late, after, WARSAW)).toBe(false);
    expect(values(finish(late, "order", after, WARSAW))).toEqual([
      { status: "done", outcome: "order", checked_out_at: after, check_out_estimated: null },
    ]);
    expect(isForgotten(late, Date.UTC(2026, 10, 22, 1, 30, 1), WARSAW)).toBe(true);
  });
  test("is none, either, of who goes on shortly before midnight with what a check-in elsewhere had closed", () => {
    const late = visit({
      checked_in_at: MIDNIGHT - HOUR,
      checked_out_at: MIDNIGHT - 50 * MINUTE,
      check_out_estimated: true,
    });
    expect(mayGoOn({ ...late, status: "done" }, MIDNIGHT + 30 * MINUTE, WARSAW)).toBe(true);
    expect(isForgotten(late, MIDNIGHT + 30 * MINUTE, WARSAW)).toBe(false);
    expect(mayGoOn({ ...late, status: "done" }, MIDNIGHT + 4 * HOUR, WARSAW)).toBe(false);
    expect(isForgotten(late, MIDNIGHT + 4 * HOUR, WARSAW)).toBe(true);
  });
  test("is never one that is planned or done", () => {
    expect(isForgotten(visit({ status: "done" }), NINE + 9 * HOUR, WARSAW)).toBe(false);
    expect(isForgotten(visit({ status: "planned", checked_in_at: null }), NINE + 9 * HOUR, WARSAW)).toBe(false);
  });
  test("is closed with an estimate that says so, and keeps what was reported", () => {
    const [closed, ...others] = closeForgotten([visit({ outcome: "order" })], NINE + 5 * HOUR, WARSAW);
    expect(others).toEqual([]);
    expect(closed?.v).toEqual({ status: "done", checked_out_at: NINE + 30 * MINUTE, check_out_estimated: true });
  });
  test("that was reopened ends where it had ended, by a tap or by an estimate", () => {
    const reopened = visit({ checked_out_at: NINE + 50 * MINUTE });
    expect(values(closeForgotten([reopened], NINE + 5 * HOUR, WARSAW))).toEqual([{ status: "done" }]);
    expect(values(checkIn({ visit: { id: "next", root: "c" } }, NINE + HOUR, [reopened]))[0]).toEqual({
      status: "done",
    });
  });
  test("is made up for by an estimate that says so, too, where an outcome is tapped the next morning", () => {
    const end = { checked_out_at: NINE + 30 * MINUTE, check_out_estimated: true };
    expect(values(finish(visit(), "order", NINE + 27 * HOUR, WARSAW))).toEqual([
      { status: "done", outcome: "order", ...end },
    ]);
    const reopened = visit({ checked_out_at: NINE + 50 * MINUTE });
    expect(values(finish(reopened, null, NINE + 27 * HOUR, WARSAW))).toEqual([{ status: "done", outcome: null }]);
  });
  test("is none where he who was taken for gone has said that he goes on, until midnight", () => {
    const goesOn = visit({ checked_out_at: NINE + 30 * MINUTE, check_out_estimated: true });
    expect(isForgotten(goesOn, NINE + 6 * HOUR, WARSAW)).toBe(false);
    expect(values(finish(goesOn, "order", NINE + 6 * HOUR, WARSAW))).toMatchObject([
      { checked_out_at: NINE + 6 * HOUR, check_out_estimated: null },
    ]);
    expect(isForgotten(goesOn, NINE + 15 * HOUR, WARSAW)).toBe(true);
  });
  test("and a fresh one is left alone", () => expect(closeForgotten([visit()], NINE + HOUR, WARSAW)).toEqual([]));
});

describe("a plan", () => {
  const planned = visit({ planned_day: "2026-11-21", planned_at: 9, position: 2 });
  test("goes to another day without its place in the order, and back with it", () => {
    expect(values(moveVisit(planned, "2026-11-24", null))).toEqual([
      { planned_day: "2026-11-24", planned_at: null, position: null },
    ]);
    expect(values(moveVisitBack(planned))).toEqual([{ planned_day: "2026-11-21", planned_at: 9, position: 2 }]);
  });
  test("keeps its place where only the hour changes", () =>
    expect(values(moveVisit(planned, "2026-11-21", 12))).toEqual([{ planned_day: "2026-11-21", planned_at: 12 }]));
  test("is cancelled, and stands again", () => {
    expect(values(cancelVisit(planned))).toEqual([{ status: "cancelled" }]);
    expect(values(uncancelVisit(planned))).toEqual([{ status: "planned" }]);
  });
});

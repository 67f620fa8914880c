import { describe, expect, test } from "vitest";
import type { AttentionItem, MoreWritten } from "#lib/store/queries/attention";
import type { HeldDecision } from "#lib/store/queries/held";
import { conflictOf, decide, isGroup, letGo, resend, untold, useValue } from "./attention";

const ME = { person: "me", name: "Marek" };
const STAMP = "000000000100000001";

const item = (given: Partial<AttentionItem>): AttentionItem => ({
  n: 1,
  verdict: "conflict",
  code: "",
  field: "city",
  kind: "customer",
  id: "c",
  root: "c",
  about: "",
  label: "Nowak",
  written: { city: "mine" },
  writtenAt: 5,
  base: { city: "before" },
  standing: { city: "theirs" },
  standingAt: { city: 9 },
  standingFrom: {},
  losers: [],
  more: [],
  outcome: null,
  removed: [],
  at: 10,
  ...given,
});
const part = (given: Partial<MoreWritten>): MoreWritten => ({
  ...{ kind: "note", id: "n", root: "c", v: {}, field: "", held: false, receipts: [] },
  ...given,
});
const loser = (person: string, value: string) => ({
  field: "city",
  value,
  at: 7,
  person,
  personName: person,
  winner: "",
  winnerName: "",
});

describe("a conflict", () => {
  test("tells what stands and what gave way, whose each is, and since when", () => {
    const lost = item({ losers: [{ ...loser("me", "mine"), winner: "anna", winnerName: "Anna" }] });
    expect(conflictOf(lost, ME)).toEqual({
      stands: { value: "theirs", at: 9, person: "anna", personName: "Anna" },
      gaveWay: { value: "mine", at: 5, person: "me", personName: "Marek" },
      isMineLost: true,
      isChanged: false,
    });
    const won = item({ standing: { city: "mine" }, standingAt: { city: 5 }, losers: [loser("anna", "hers")] });
    expect(conflictOf(won, ME)).toEqual({
      stands: { value: "mine", at: 5, person: "me", personName: "Marek" },
      gaveWay: { value: "hers", at: 7, person: "anna", personName: "anna" },
      isMineLost: false,
      isChanged: false,
    });
    expect(conflictOf(item({ verdict: "held" }), ME)).toBeNull();
  });

  test("of which the other value is not told shows only one's own, where that stands", () => {
    const untold = item({ standing: { city: "mine" }, standingAt: { city: 5 }, losers: [] });
    expect(conflictOf(untold, ME)).toEqual({
      stands: { value: "mine", at: 5, person: "me", personName: "Marek" },
      gaveWay: null,
      isMineLost: false,
      isChanged: false,
    });
    expect(conflictOf(item({ losers: [] }), ME)).toMatchObject({ isMineLost: true, gaveWay: { value: "mine" } });
  });

  test("of a record that is not on the device any more shows only one's own, and offers nothing", () => {
    const gone = item({ standing: { city: null }, standingAt: {}, losers: [] });
    const own = { value: "mine", at: 5, person: "me", personName: "Marek" };
    expect(conflictOf(gone, ME)).toEqual({ stands: null, gaveWay: own, isMineLost: true, isChanged: false });
    expect(useValue(gone, "mine", "manager")).toBeNull();
    // What a decision had applied was another's.
    expect(conflictOf({ ...gone, written: {} }, ME)).toMatchObject({ stands: null, gaveWay: null });
  });

  test("between two devices of one person is told by the values", () => {
    const other = item({ standing: { city: "mine" }, losers: [loser("me", "from the tablet")] });
    expect(conflictOf(other, ME)).toMatchObject({ isMineLost: false, gaveWay: { value: "from the tablet" } });
    const own = item({ losers: [loser("me", "mine")] });
    expect(conflictOf(own, ME)).toMatchObject({ isMineLost: true, stands: { value: "theirs", personName: "" } });
  });

  test("whose field was written again names nobody for that but this device", () => {
    const told = { ...loser("anna", "hers"), personName: "Anna" };
    const corrected = item({ standing: { city: "third" }, standingFrom: { city: "elsewhere" }, losers: [told] });
    expect(conflictOf(corrected, ME)).toEqual({
      stands: { value: "third", at: 9, person: "", personName: "" },
      gaveWay: { value: "hers", at: 7, person: "anna", personName: "Anna" },
      isMineLost: false,
      isChanged: true,
    });
    const lost = { ...loser("me", "mine"), winner: "anna", winnerName: "Anna" };
    const used = item({ standing: { city: "mine" }, standingFrom: { city: "here" }, losers: [lost] });
    expect(conflictOf(used, ME)).toMatchObject({ stands: { value: "mine", person: "me" }, isChanged: true });
    expect(conflictOf({ ...used, standingFrom: { city: "elsewhere" } }, ME)).toMatchObject({ stands: { person: "" } });
  });

  test("is swapped by one edit over what stands, unless it stands already or is not this person's to write", () => {
    expect(useValue(item({}), "mine", "rep")).toEqual({ kind: "customer", id: "c", root: "c", v: { city: "mine" } });
    expect(useValue(item({}), "theirs", "rep")).toBeNull();
    expect(useValue(item({ field: "phase" }), "loyal", "manager")).toBeNull();
    expect(useValue(item({ field: "territory", standing: { territory: "a" } }), "b", "rep")).toBeNull();
    const form = item({ kind: "visit_form", root: "shared", field: "name" });
    expect(useValue({ ...form, standing: { name: "b" }, standingAt: { name: 9 } }, "a", "rep")).toBeNull();
  });
});

describe("a refused edit", () => {
  test("is sent again with what was wrong put right", () => {
    const refused = item({ verdict: "rejected", written: { name: "", city: "Lodz" } });
    expect(resend(refused, { name: "Nowak" })).toEqual([
      { kind: "customer", id: "c", root: "c", v: { name: "Nowak", city: "Lodz" } },
    ]);
  });

  test("gives its sets, counters and logs as the instructions that they were made of", () => {
    const tags = { new: [[STAMP], []], old: [[], [STAMP]] };
    expect(resend(item({ written: { tags } }), {})[0]?.v).toEqual({ tags: { add: ["new"], remove: ["old"] } });
    const task = item({
      kind: "task",
      written: { snoozes: { "0001": [5, 1] } },
      standing: { snoozes: { "0001": [3, 1], "0002": [9, 0] } },
    });
    expect(resend(task, {})[0]?.v).toEqual({ snoozes: { plus: 2 } });
    const visit = item({ kind: "visit", written: { comments: { [STAMP]: "hello" } } });
    expect(resend(visit, {})[0]?.v).toEqual({ comments: { append: "hello" } });
  });

  test("of a group goes with all of the group", () => {
    const more = [part({ v: { body: "x" } }), part({ kind: "spaceship", id: "s" })];
    expect(resend(item({ more }), { city: "right" })).toEqual([
      { kind: "customer", id: "c", root: "c", v: { city: "right" } },
      { kind: "note", id: "n", root: "c", v: { body: "x" } },
    ]);
  });
});

describe("a refused entry", () => {
  const NEW = { name: "Shop", territory: "t" };
  const visit = part({ kind: "visit", id: "v", root: "c", v: { presence: "at_customer", distance: 0 } });

  test("of several edits that no creation explains is a group, which goes again as one", () => {
    const pin = { written: { latitude: 1, longitude: 2 }, base: { latitude: null, longitude: null } };
    expect(isGroup(item({ ...pin, more: [visit] }))).toBe(true);
    expect(isGroup(item({ kind: "visit", id: "v", written: { distance: 0 }, more: [part({ id: "c" })] }))).toBe(true);
    // A new name of one that was there before.
    expect(isGroup(item({ written: NEW, base: { name: "Old", territory: "t" }, more: [visit] }))).toBe(true);
    // The same after the grant: what stood there before is not told any more.
    expect(isGroup(item({ written: NEW, base: {}, more: [visit] }))).toBe(true);
  });

  test("of one edit, or of a creation and what followed it, is none", () => {
    const made = { written: NEW, base: { name: null, territory: null } };
    const note = part({ v: { customer: "c", person: "me", written_at: 1 } });
    expect(isGroup(item({ verdict: "rejected" }))).toBe(false);
    expect(isGroup(item({ ...made, more: [part({ kind: "customer", id: "c", v: { city: "x" } })] }))).toBe(false);
    expect(isGroup(item({ ...made, more: [note, part({ v: { body: "x" } })] }))).toBe(false);
    expect(isGroup(item({ ...made, more: [note, part({ id: "other", root: "d" })] }))).toBe(true);
  });
});

describe("what follows a refused creation", () => {
  const refused = item({
    verdict: "rejected",
    written: { name: "" },
    more: [part({ kind: "customer", id: "c", v: { city: "Lodz" } }), part({ held: true, receipts: ["r1", "r2"] })],
  });

  test("is sent again with it, but for what the server keeps and applies by itself", () => {
    expect(resend(refused, { name: "Nowak" })).toEqual([
      { kind: "customer", id: "c", root: "c", v: { name: "Nowak" } },
      { kind: "customer", id: "c", root: "c", v: { city: "Lodz" } },
    ]);
  });

  test("is let go with it by the server, too", () => {
    expect(letGo(refused, "me")).toEqual([
      { kind: "held_edit", id: "r1", root: "me", v: { status: "discarded" } },
      { kind: "held_edit", id: "r2", root: "me", v: { status: "discarded" } },
    ]);
    expect(letGo(item({ verdict: "rejected" }), "me")).toEqual([]);
  });
});

test("an offer is decided by its status alone", () => {
  const offer = {
    ...{ id: "o", root: "c", person: "", personName: "", customer: "", customerName: "", code: "", writtenAt: 0 },
    edits: [],
    elsewhere: 0,
    removed: [],
  };
  expect(decide(offer, "discarded")).toEqual({ kind: "held_edit", id: "o", root: "c", v: { status: "discarded" } });
});

test("a decision is told once: by the entry that it is about, else by itself", () => {
  const decision = { id: "r", target: "c" } as HeldDecision;
  const outcome = { receipts: ["r"], status: "applied", person: "", personName: "", at: 1 } as const;
  expect(untold([decision], [item({ verdict: "held", outcome })])).toEqual([]);
  expect(untold([decision], [item({ verdict: "held" }), item({ verdict: "conflict" })])).toEqual([decision]);
});

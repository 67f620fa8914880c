import { describe, expect, it } from "vitest";
import { ASKED_FOR_MS, type BegunCall, begunCallsOf, logCall, withBegun } from "./call";

const NOW = Date.UTC(2026, 10, 26, 9);
const CALL: BegunCall = { customer: "c", name: "Piekarnia", contact: null, at: NOW - 60_000 };

describe("a call that was begun", () => {
  const kept = (...calls: readonly BegunCall[]) => begunCallsOf(JSON.stringify(calls), NOW);

  it("is found again after the app was closed meanwhile", () => {
    expect(kept(CALL)).toEqual([CALL]);
    expect(kept({ ...CALL, contact: "k" })[0]?.contact).toBe("k");
  });

  it("is found as the app before kept it: one alone", () => {
    expect(begunCallsOf(JSON.stringify(CALL), NOW)).toEqual([CALL]);
  });

  it("is not asked about hours later, nor when the clock was set back", () => {
    expect(kept({ ...CALL, at: NOW - ASKED_FOR_MS })).toHaveLength(1);
    expect(kept({ ...CALL, at: NOW - ASKED_FOR_MS - 1 }, CALL, { ...CALL, at: NOW + 1 })).toEqual([CALL]);
  });

  it.each([
    null,
    "",
    "{",
    "null",
    "7",
    "[]",
    "[null, 7]",
    '{"customer":1,"name":"x","at":1}',
    '[{"customer":"c","at":1}]',
  ])("is nothing where %s was kept", (text) => expect(begunCallsOf(text, NOW)).toEqual([]));
});

describe("one more call that is begun", () => {
  const later: BegunCall = { ...CALL, customer: "d", at: NOW };

  it("stands before those that wait for their result", () => expect(withBegun([CALL], later)).toEqual([later, CALL]));

  it("takes the place of the one to the same number a moment ago: the link was pressed twice", () => {
    expect(withBegun([CALL], { ...CALL, at: CALL.at + 5000 })).toEqual([{ ...CALL, at: CALL.at + 5000 }]);
    expect(withBegun([CALL], { ...CALL, at: CALL.at + 5 * 60_000 })).toHaveLength(2);
    expect(withBegun([CALL], { ...CALL, contact: "k", at: CALL.at + 5000 })).toHaveLength(2);
  });

  it("takes the place of the oldest of very many", () => {
    const many = Array.from({ length: 30 }, (_, at) => ({ ...CALL, customer: `c${at}` }));
    const found = many.reduce<readonly BegunCall[]>(withBegun, []);
    expect(found.map(({ customer }) => customer)).toEqual(
      many
        .map(({ customer }) => customer)
        .reverse()
        .slice(0, 20),
    );
  });
});

describe("a call that is logged", () => {
  it("stands with its customer, its person, its time and its result", () => {
    expect(logCall("n", "p", CALL, "no_answer")).toEqual([
      { kind: "call", id: "n", root: "c", v: { customer: "c", person: "p", called_at: CALL.at, result: "no_answer" } },
    ]);
    expect(logCall("n", "p", { ...CALL, contact: "k" }, "reached")[0]?.v).toMatchObject({ contact: "k" });
  });

  it("makes the task that keeps the promise to call back", () => {
    const when = { due_day: "2026-11-27", remind_at: NOW + 86_400_000 };
    const [call, task] = logCall("n", "p", CALL, "call_back", { id: "t", title: "Call back", when });
    expect(call?.v).toMatchObject({ result: "call_back" });
    expect(task).toEqual({
      kind: "task",
      id: "t",
      root: "c",
      v: { title: "Call back", type: "call", person: "p", status: "open", customer: "c", ...when },
    });
  });
});

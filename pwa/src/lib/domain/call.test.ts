import { describe, expect, it } from "vitest";
import { ASKED_FOR_MS, type BegunCall, begunCallOf, logCall } from "./call";

const NOW = Date.UTC(2026, 10, 26, 9);
const CALL: BegunCall = { customer: "c", name: "Piekarnia", contact: null, at: NOW - 60_000 };

describe("a call that was begun", () => {
  it("is found again after the app was closed meanwhile", () => {
    expect(begunCallOf(JSON.stringify(CALL), NOW)).toEqual(CALL);
    expect(begunCallOf(JSON.stringify({ ...CALL, contact: "k" }), NOW)?.contact).toBe("k");
  });

  it("is not asked about hours later, nor when the clock was set back", () => {
    expect(begunCallOf(JSON.stringify({ ...CALL, at: NOW - ASKED_FOR_MS }), NOW)).not.toBeNull();
    expect(begunCallOf(JSON.stringify({ ...CALL, at: NOW - ASKED_FOR_MS - 1 }), NOW)).toBeNull();
    expect(begunCallOf(JSON.stringify({ ...CALL, at: NOW + 1 }), NOW)).toBeNull();
  });

  it.each([null, "", "{", "null", "7", "[]", '{"customer":1,"name":"x","at":1}', '{"customer":"c","at":1}'])(
    "is nothing where %s was kept",
    (kept) => expect(begunCallOf(kept, NOW)).toBeNull(),
  );
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

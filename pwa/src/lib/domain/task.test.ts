import { describe, expect, test } from "vitest";
import type { Visible } from "#lib/store/visible";
import {
  chosenTime,
  completeTask,
  createTask,
  dateChoices,
  deleteTask,
  dueAtAGlance,
  groupOf,
  moveTask,
  moveTaskBack,
  reopenTask,
  restoreTask,
  snoozeTask,
  unsnoozeTask,
  usualMinute,
} from "./task";

const WARSAW = "Europe/Warsaw";
/** Wednesday 18 November 2026 in Warsaw. */
const at = (hour: number, minute = 0, day = 18) => Date.UTC(2026, 10, day, hour - 1, minute);
const task: Visible<"task"> = {
  ...{ id: "t", root: "c", waiting: false, title: "Send quote", status: "open" },
  ...{ due_day: "2026-11-18", remind_at: at(9), snoozes: 2 },
};
const AROUND = { timeZone: WARSAW, weekStart: 1, morning: 9 } as const;
const chips = (now: number, weekStart: 1 | 6 = 1) =>
  dateChoices(now, { ...AROUND, weekStart }).map(({ chip, due_day }) => `${chip} ${due_day}`);

describe("a task", () => {
  const base = { id: "t", title: "Send quote", type: "quote", person: "marek", when: null } as const;
  test("follows its customer", () => expect(createTask({ ...base, customer: "c" })[0]?.root).toBe("c"));
  test("or its person where there is no customer", () => {
    expect(createTask(base)).toEqual([
      {
        ...{ kind: "task", id: "t", root: "marek" },
        v: { title: "Send quote", type: "quote", person: "marek", status: "open" },
      },
    ]);
  });
  test("is done at a time, and undone without one", () => {
    expect(completeTask(task, 7)[0]?.v).toEqual({ status: "done", done_at: 7 });
    expect(reopenTask(task)[0]?.v).toEqual({ status: "open", done_at: null });
  });
  test("undone takes the one that came after it away, where nothing became of that one", () => {
    expect(reopenTask(task, { ...task, id: "n" })).toEqual([
      { kind: "task", id: "t", root: "c", v: { status: "open", done_at: null, next_task: null } },
      { kind: "task", id: "n", root: "c", v: { deleted: true } },
    ]);
  });
  test.each([
    ["is done", { ...task, id: "n", status: "done" as const }],
    ["was done once, and its own next one stands", { ...task, id: "n", next_task: "o" }],
    ["was deleted, or is on this device no more", null],
  ])("undone leaves the one that came after it, and stays before it, where that one %s", (_, next) => {
    expect(reopenTask(task, next)).toEqual([
      { kind: "task", id: "t", root: "c", v: { status: "open", done_at: null } },
    ]);
  });
  test("that repeats remembers where it began, and repeats not without a date", () => {
    const when = { due_day: "2026-11-19", remind_at: at(9, 0, 19) };
    expect(createTask({ ...base, repeat: "week", when })[0]?.v).toMatchObject({
      repeat: "week",
      repeat_from: at(9, 0, 19),
    });
    expect(createTask({ ...base, repeat: "week" })[0]?.v).not.toHaveProperty("repeat");
  });
  test("put off gets the new date and counts it", () => {
    const when = { due_day: "2026-11-19", remind_at: at(9, 0, 19) };
    expect(snoozeTask(task, when)[0]?.v).toEqual({ ...when, snoozes: { plus: 1 } });
  });
  test("put off by mistake is as it was, and the count too", () => {
    expect(unsnoozeTask(task)[0]?.v).toEqual({ due_day: "2026-11-18", remind_at: at(9), snoozes: { plus: -1 } });
  });
  test("deleted can be had back", () => {
    expect([deleteTask(task)[0]?.v, restoreTask(task)[0]?.v]).toEqual([{ deleted: true }, { deleted: null }]);
  });
});

describe("a task that is moved", () => {
  const weekly = { id: "t", root: "c", due_day: "2026-11-23", remind_at: 5, repeat: "week", repeat_from: 1 } as const;
  const when = { due_day: "2026-11-24", remind_at: 9 };
  test("takes its reminder and its series along, and brings both back", () => {
    expect(moveTask(weekly, when)[0]?.v).toEqual({ ...when, repeat_from: 9 });
    expect(moveTaskBack(weekly)[0]?.v).toEqual({ due_day: "2026-11-23", remind_at: 5, repeat_from: 1 });
  });
  test("once only, begins no series", () => {
    expect(moveTask({ id: "t", root: "c" }, when)[0]?.v).toEqual(when);
    expect(moveTask({ id: "t", root: "c" }, null)[0]?.v).toEqual({ due_day: null, remind_at: null });
    expect(moveTaskBack({ id: "t", root: "c" })[0]?.v).toEqual({ due_day: null, remind_at: null });
  });
});

test("tasks stand under overdue, today, later or done", () => {
  const group = (over: Partial<Visible<"task">>) => groupOf({ ...task, ...over }, "2026-11-18");
  expect(group({ due_day: "2026-11-17" })).toBe("overdue");
  expect(group({})).toBe("today");
  expect(group({ due_day: "2026-11-19" })).toBe("later");
  expect(group({ due_day: null })).toBe("later");
  expect(group({ status: "done", due_day: "2026-11-17" })).toBe("done");
  expect(group({ status: "cancelled" })).toBe("done");
});

describe("the date chips", () => {
  test("on a working morning are in an hour, this evening, tomorrow, in three days, next week", () => {
    expect(chips(at(9, 20))).toEqual([
      "in_an_hour 2026-11-18",
      "this_evening 2026-11-18",
      "tomorrow 2026-11-19",
      "in_3_days 2026-11-21",
      "next_week 2026-11-23",
    ]);
  });
  test("next week begins on Saturday for a Persian, and is not offered twice", () => {
    expect(chips(at(9), 6).slice(2)).toEqual(["tomorrow 2026-11-19", "in_3_days 2026-11-21"]);
    expect(chips(at(9, 0, 16), 6).at(-1)).toBe("next_week 2026-11-21");
  });
  test("this evening is gone an hour before it, in an hour when that is tomorrow", () => {
    expect(chips(at(16, 55))[1]).toBe("this_evening 2026-11-18");
    expect(chips(at(17, 0))[1]).toBe("tomorrow 2026-11-19");
    expect(chips(at(22, 54))[0]).toBe("in_an_hour 2026-11-18");
    expect(chips(at(23, 0))[0]).toBe("tomorrow 2026-11-19");
  });
  test("ring on the next five minutes, at six in the evening, and in the morning that the person chose", () => {
    const choices = dateChoices(at(9, 22), { timeZone: WARSAW, weekStart: 1, morning: 8 });
    expect(choices.map((choice) => choice.remind_at)).toEqual([
      ...[at(10, 25), at(18), at(8, 0, 19), at(8, 0, 21), at(8, 0, 23)],
    ]);
  });
  test("ring in the morning by the clock of the place, also in Tehran", () => {
    const around = { timeZone: "Asia/Tehran", weekStart: 6, morning: 9 } as const;
    const tomorrow = dateChoices(at(9), around).find((choice) => choice.chip === "tomorrow");
    expect(tomorrow?.remind_at).toBe(Date.UTC(2026, 10, 19, 5, 30));
  });
  test("the soonest stands first, whatever the day of the week", () => {
    for (let day = 1; day <= 28; day += 1) {
      const when = dateChoices(at(10, 0, day), AROUND).map((choice) => choice.remind_at);
      expect(when).toEqual([...when].sort((a, b) => a - b));
    }
  });
});

describe("a chosen day and time", () => {
  test("is that minute by the clock on the wall", () => {
    expect(chosenTime("2026-12-01", 9 * 60 + 15, at(9), WARSAW)).toEqual({
      due_day: "2026-12-01",
      remind_at: Date.UTC(2026, 11, 1, 8, 15),
    });
  });
  test("that is over rings now", () => {
    expect(chosenTime("2026-11-18", 8 * 60, at(9), WARSAW)).toEqual({ due_day: "2026-11-18", remind_at: at(9) });
  });
  test("begins with the morning; today with an hour from now, and late at night with now", () => {
    expect(usualMinute("2026-12-01", at(12), AROUND)).toBe(9 * 60);
    expect(usualMinute("2026-11-18", at(7), AROUND)).toBe(9 * 60);
    expect(usualMinute("2026-11-18", at(12, 2), AROUND)).toBe(13 * 60 + 5);
    expect(usualMinute("2026-11-18", at(23, 30), AROUND)).toBe(23 * 60 + 30);
  });
});

test("what is due today stands beside what is late, however much that is", () => {
  const late = ["a", "b", "c", "d", "e"];
  const today = ["v", "w", "x"];
  expect(dueAtAGlance(late, today, 4)).toEqual(["a", "b", "v", "w"]);
  expect(dueAtAGlance(late, ["v"], 4)).toEqual(["a", "b", "c", "v"]);
  expect(dueAtAGlance(["a"], today, 4)).toEqual(["a", "v", "w", "x"]);
  expect(dueAtAGlance(late, [], 4)).toEqual(["a", "b", "c", "d"]);
  expect(dueAtAGlance([], [], 4)).toEqual([]);
});

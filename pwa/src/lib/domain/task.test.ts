import { describe, expect, test } from "vitest";
import type { Visible } from "#lib/store/visible";
import {
  chosenDay,
  completeTask,
  createTask,
  dateChoices,
  deleteTask,
  groupOf,
  reopenTask,
  restoreTask,
  snoozeTask,
  unsnoozeTask,
} from "./task";

const WARSAW = "Europe/Warsaw";
/** Wednesday 18 November 2026 in Warsaw. */
const at = (hour: number, minute = 0, day = 18) => Date.UTC(2026, 10, day, hour - 1, minute);
const task: Visible<"task"> = {
  ...{ id: "t", root: "c", waiting: false, title: "Send quote", status: "open" },
  ...{ due_day: "2026-11-18", remind_at: at(9), snoozes: 2 },
};
const chips = (now: number, weekStart: 1 | 6 = 1, zone = WARSAW) =>
  dateChoices(now, zone, weekStart).map(({ chip, due_day }) => `${chip} ${due_day}`);

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
  test("on a working morning are later today, tomorrow, in three days, next week", () => {
    expect(chips(at(9, 20))).toEqual([
      "later_today 2026-11-18",
      "tomorrow 2026-11-19",
      "in_3_days 2026-11-21",
      "next_week 2026-11-23",
    ]);
  });
  test("next week begins on Saturday for a Persian, and is not offered twice", () => {
    expect(chips(at(9), 6)).toEqual(["later_today 2026-11-18", "tomorrow 2026-11-19", "in_3_days 2026-11-21"]);
    expect(chips(at(9, 0, 16), 6).at(-1)).toBe("next_week 2026-11-21");
  });
  test("late in the day nothing is for later today", () => {
    expect(chips(at(18, 0))[0]).toBe("later_today 2026-11-18");
    expect(chips(at(18, 1))[0]).toBe("tomorrow 2026-11-19");
    expect(chips(at(23, 59))[0]).toBe("tomorrow 2026-11-19");
  });
  test("later today rings on a full hour, two to three hours from now; the others at nine", () => {
    const choices = dateChoices(at(9, 20), WARSAW, 1);
    expect(choices.map((choice) => choice.remind_at)).toEqual([at(12), at(9, 0, 19), at(9, 0, 21), at(9, 0, 23)]);
  });
  test("ring at nine by the clock of the place, also in Tehran", () => {
    const tomorrow = dateChoices(at(9), "Asia/Tehran", 6).find((choice) => choice.chip === "tomorrow");
    expect(tomorrow?.remind_at).toBe(Date.UTC(2026, 10, 19, 5, 30));
  });
  test("the soonest stands first, whatever the day of the week", () => {
    for (let day = 1; day <= 28; day += 1) {
      const when = dateChoices(at(10, 0, day), WARSAW, 1).map((choice) => choice.due_day);
      expect(when).toEqual([...new Set(when)].sort());
    }
  });
});

describe("a chosen day", () => {
  test("rings at nine", () => {
    expect(chosenDay("2026-12-01", at(9), WARSAW)).toEqual({
      due_day: "2026-12-01",
      remind_at: Date.UTC(2026, 11, 1, 8),
    });
  });
  test("that is today rings later today, or at once when it is late", () => {
    expect(chosenDay("2026-11-18", at(9), WARSAW).remind_at).toBe(at(11));
    expect(chosenDay("2026-11-18", at(22), WARSAW)).toEqual({ due_day: "2026-11-18", remind_at: at(22) });
  });
});

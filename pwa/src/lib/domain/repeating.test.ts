import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isId, newId } from "$sync/identifier";
import type { TaskRepeat } from "$sync/schema.gen";
import { nextIdOf, nextTime, type Repeating, setRepeat, succeed } from "./repeating";

const WARSAW = { timeZone: "Europe/Warsaw", calendar: "gregory", morning: 9 } as const;
const TEHRAN = { timeZone: "Asia/Tehran", calendar: "persian", morning: 9 } as const;
const ID = newId(Date.UTC(2026, 10, 18), new Uint8Array(10).fill(171));
/** Nine in the morning in Warsaw in winter. */
const nine = (day: string) => Date.parse(`${day}T08:00:00Z`);

function task(repeat: TaskRepeat | null, day: string, more: Partial<Repeating> = {}): Repeating {
  const fixed = { id: ID, root: "c", title: "Report", type: "todo", person: "marek", customer: "c" } as const;
  const when = { due_day: day, remind_at: nine(day), repeat_from: nine(day) };
  return { ...fixed, ...when, description: null, repeat, next_task: null, ...more };
}
/** The days on which a task comes that is done at noon of each day it is due. */
function days(first: Repeating, count: number, counting: typeof WARSAW | typeof TEHRAN = WARSAW): string[] {
  const found: string[] = [];
  let standing = first;
  for (let at = 0; at < count; at += 1) {
    const next = nextTime(standing, Date.parse(`${standing.due_day}T10:00:00Z`), counting);
    if (next === null) return found;
    found.push(next.due_day);
    standing = { ...standing, ...next };
  }
  return found;
}

/** The same as they are really made, one after the other. */
function seriesOf(first: Repeating, count: number): string[] {
  const found: string[] = [];
  let standing = first;
  for (let at = 0; at < count; at += 1) {
    const [, next] = succeed(standing, Date.parse(`${standing.due_day}T10:00:00Z`), WARSAW);
    if (next === undefined) return found;
    standing = { ...standing, ...(next.v as Partial<Repeating>), id: next.id };
    found.push(standing.due_day ?? "");
  }
  return found;
}

describe("the next of a series", () => {
  test("is a day, a week, a month, a year later", () => {
    expect(days(task("day", "2026-11-18"), 2)).toEqual(["2026-11-19", "2026-11-20"]);
    expect(days(task("week", "2026-11-18"), 2)).toEqual(["2026-11-25", "2026-12-02"]);
    expect(days(task("month", "2026-11-18"), 2)).toEqual(["2026-12-18", "2027-01-18"]);
    expect(days(task("year", "2026-11-18"), 2)).toEqual(["2027-11-18", "2028-11-18"]);
  });
  test("of the 31st is the last day of a shorter month, and the 31st again after it", () => {
    expect(days(task("month", "2027-01-31"), 3)).toEqual(["2027-02-28", "2027-03-31", "2027-04-30"]);
  });
  test("of 29 February is the 28th until the next leap year", () => {
    expect(days(task("year", "2028-02-29"), 4)).toEqual(["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]);
  });
  test("is counted in the months of a Persian: the first of Azar is followed by the first of Dey", () => {
    // 1 Azar 1405, 1 Dey, 1 Bahman.
    expect(days(task("month", "2026-11-22"), 2, TEHRAN)).toEqual(["2026-12-22", "2027-01-21"]);
    // Nowruz to Nowruz.
    expect(days(task("year", "2026-03-21"), 2, TEHRAN)).toEqual(["2027-03-21", "2028-03-20"]);
  });
  test("done late is the first one ahead, done early the one after its own", () => {
    const weekly = task("week", "2026-11-18");
    expect(nextTime(weekly, nine("2026-12-05"), WARSAW)?.due_day).toBe("2026-12-09");
    expect(nextTime(weekly, nine("2026-11-16"), WARSAW)?.due_day).toBe("2026-11-25");
    expect(nextTime(task("day", "2016-11-18"), nine("2026-11-18"), WARSAW)?.due_day).toBe("2026-11-19");
  });
  test("does not move with what was put off", () => {
    const put = task("week", "2026-11-18", { due_day: "2026-11-20", remind_at: nine("2026-11-20") + 3_600_000 });
    expect(nextTime(put, nine("2026-11-20"), WARSAW)).toEqual({ due_day: "2026-11-25", remind_at: nine("2026-11-25") });
  });
  test("rings at the same time by the clock on the wall, over the change of the clocks", () => {
    const weekly = task("week", "2027-03-24");
    expect(nextTime(weekly, nine("2027-03-24"), WARSAW)?.remind_at).toBe(Date.parse("2027-03-31T07:00:00Z"));
  });
  test("begins with its own day where nobody wrote down the beginning", () => {
    const bare = task("month", "2026-11-18", { repeat_from: null, remind_at: null });
    expect(nextTime(bare, nine("2026-11-18"), WARSAW)?.due_day).toBe("2026-12-18");
  });
  test("of the 31st stays the 31st where nobody wrote down the beginning", () => {
    expect(seriesOf(task("month", "2027-01-31", { repeat_from: null }), 4)).toEqual([
      "2027-02-28",
      "2027-03-31",
      "2027-04-30",
      "2027-05-31",
    ]);
  });
  test("is none where nothing repeats", () => expect(nextTime(task(null, "2026-11-18"), 0, WARSAW)).toBeNull());
});

describe("how often, chosen for a task that stands", () => {
  const standing = { id: ID, root: "c", due_day: "2026-11-18", remind_at: nine("2026-11-18") + 60_000 };
  const written = (of: object, repeat: TaskRepeat | null) => setRepeat({ ...standing, ...of }, repeat, WARSAW)[0]?.v;

  test("begins with its own time, or the morning of its day", () => {
    expect(setRepeat(standing, "week", WARSAW)).toEqual([
      { kind: "task", id: ID, root: "c", v: { repeat: "week", repeat_from: nine("2026-11-18") + 60_000 } },
    ]);
    expect(written({ remind_at: null }, "month")).toEqual({ repeat: "month", repeat_from: nine("2026-11-18") });
  });
  test("does not drift with what is put off later", () => {
    const weekly = task("week", "2026-11-18", { ...written({}, "week"), due_day: "2026-11-20" } as Partial<Repeating>);
    expect(seriesOf(weekly, 2)).toEqual(["2026-11-25", "2026-12-02"]);
  });
  test("and never, forgets where the series began", () =>
    expect(written({}, null)).toEqual({ repeat: null, repeat_from: null }));
  test("is nothing without a date to count from", () =>
    expect(setRepeat({ ...standing, due_day: null, remind_at: null }, "week", WARSAW)).toEqual([]));
});

describe("what is saved", () => {
  test("is the next task with all that was said of it, and where it is, in the one that is done", () => {
    const [done, next, ...more] = succeed(
      task("week", "2026-11-18", { description: "By e-mail" }),
      nine("2026-11-18"),
      WARSAW,
    );
    expect(more).toEqual([]);
    expect(done).toEqual({ kind: "task", id: ID, root: "c", v: { next_task: next?.id } });
    expect(next?.v).toEqual({
      ...{ title: "Report", type: "todo", person: "marek", customer: "c", status: "open", description: "By e-mail" },
      ...{ due_day: "2026-11-25", remind_at: nine("2026-11-25"), deleted: null },
      ...{ repeat: "week", repeat_from: nine("2026-11-18") },
    });
  });
  test("is nothing where the next one is there already: done again, a task neither doubles nor revives its series", () => {
    expect(succeed(task("week", "2026-11-18", { next_task: nextIdOf(ID) }), nine("2026-11-18"), WARSAW)).toEqual([]);
  });
  test("has no reminder where there was none", () => {
    const [, next] = succeed(task("day", "2026-11-18", { remind_at: null }), nine("2026-11-18"), WARSAW);
    expect(next?.v).not.toHaveProperty("remind_at");
  });
  test("is the same on every device, and another one each time", () => {
    const ids = [ID];
    for (let at = 0; at < 50; at += 1) ids.push(nextIdOf(ids[at] as string));
    expect(ids.every(isId)).toBe(true);
    expect(new Set(ids).size).toBe(51);
    expect(nextIdOf(ID)).toBe(ids[1]);
  });
  test("is nothing where nothing repeats", () => expect(succeed(task(null, "2026-11-18"), 0, WARSAW)).toEqual([]));
});

describe("the server and the app make the same one", () => {
  const shared = JSON.parse(readFileSync("../tests/unit/series.json", "utf8")) as Shared;
  test.each(shared.cases)("$name", (given) => {
    const ms = (at: string | null) => (at === null ? null : Date.parse(at));
    const times = { remind_at: ms(given.remind_at), repeat_from: ms(given.repeat_from) };
    const standing = task(given.repeat, given.due_day, times);
    const { time_zone: timeZone, calendar } = given;
    const next = nextTime(standing, Date.parse(given.now), { timeZone, calendar, morning: 9 });
    expect(next).toEqual({ due_day: given.next.due_day, remind_at: Date.parse(given.next.rings_at) });
  });
  test("under the same id", () => {
    for (const [id = "", following] of shared.ids) expect(nextIdOf(id)).toBe(following);
  });
});

/** `tests/unit/series.json`. */
interface Shared {
  readonly ids: readonly (readonly string[])[];
  readonly cases: readonly {
    readonly name: string;
    readonly repeat: TaskRepeat;
    readonly due_day: string;
    readonly remind_at: string | null;
    readonly repeat_from: string | null;
    readonly time_zone: string;
    readonly calendar: "gregory" | "persian";
    readonly now: string;
    readonly next: { readonly due_day: string; readonly rings_at: string };
  }[];
}

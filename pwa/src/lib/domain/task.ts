/** Tasks and their reminders. Every function is a value of its arguments and answers with the changes to save. */

import { dayOf } from "#lib/i18n/format";
import { type Change, type ChangeOf, plus, type ValuesOf } from "#lib/store/change";
import type { Visible } from "#lib/store/visible";
import type { TaskType } from "$sync/schema.gen";
import { addDays, instantAt, nextWeekStart, type Weekday } from "./day";

/** When something is to be done, and when the phone says so. */
export interface When {
  readonly due_day: string;
  readonly remind_at: number;
}

/** A task as it is made. Without a customer it is the person's own. */
export interface NewTask {
  readonly id: string;
  readonly title: string;
  readonly type: TaskType;
  readonly person: string;
  readonly customer?: string | undefined;
  readonly visit?: string | undefined;
  readonly when: When | null;
}

type TaskKey = Pick<Visible<"task">, "id" | "root">;

const change = (task: TaskKey, v: ValuesOf<"task">): ChangeOf<"task"> => ({
  kind: "task",
  id: task.id,
  root: task.root,
  v,
});

export function createTask(task: NewTask): Change[] {
  const { id, title, type, person, customer, visit, when } = task;
  const v: ValuesOf<"task"> = {
    title,
    type,
    person,
    status: "open",
    ...(customer === undefined ? {} : { customer }),
    ...(visit === undefined ? {} : { visit }),
    ...when,
  };
  return [change({ id, root: customer ?? person }, v)];
}

export const completeTask = (task: TaskKey, now: number): Change[] => [change(task, { status: "done", done_at: now })];

export const reopenTask = (task: TaskKey): Change[] => [change(task, { status: "open", done_at: null })];

export const deleteTask = (task: TaskKey): Change[] => [change(task, { deleted: true })];

/** Back from `deleteTask`. */
export const restoreTask = (task: TaskKey): Change[] => [change(task, { deleted: null })];

/** A new date, or new words, for a task that stays the same. */
export const rescheduleTask = (task: TaskKey, when: When | null, more: ValuesOf<"task"> = {}): Change[] => [
  change(task, { ...(when ?? { due_day: null, remind_at: null }), ...more }),
];

/** Put off once more; two devices that do so at the same time both count. */
export const snoozeTask = (task: TaskKey, when: When): Change[] => [change(task, { ...when, snoozes: plus(1) })];

/** Back from `snoozeTask`, given the task as it was before. */
export const unsnoozeTask = (before: TaskKey & Pick<Visible<"task">, "due_day" | "remind_at">): Change[] => [
  change(before, { due_day: before.due_day ?? null, remind_at: before.remind_at ?? null, snoozes: plus(-1) }),
];

/** Where a task stands in the list. */
export type TaskGroup = "overdue" | "today" | "later" | "done";

/** A task without a day is for later; one reminded earlier today is still today's. */
export function groupOf(task: Pick<Visible<"task">, "status" | "due_day">, today: string): TaskGroup {
  if (task.status !== "open") return "done";
  if (typeof task.due_day !== "string" || task.due_day > today) return "later";
  return task.due_day < today ? "overdue" : "today";
}

/** The dates that one tap chooses. */
export type DateChip = "later_today" | "tomorrow" | "in_3_days" | "next_week";

/** A date chip and what it means now. */
export interface DateChoice extends When {
  readonly chip: DateChip;
}

const MORNING_HOUR = 9;
const LAST_HOUR = 20;
const HOUR_MS = 3_600_000;

/**
 * The chips on offer at `now`, soonest first; none twice, so that "next week" is absent on the day before it begins, and
 * "later today" when it would be night. Reminders ring at nine, or two to three hours from now on the full hour.
 */
export function dateChoices(now: number, timeZone: string, weekStart: Weekday): readonly DateChoice[] {
  const today = dayOf(now, timeZone);
  const choices: DateChoice[] = [
    { chip: "tomorrow", ...morningOf(addDays(today, 1), timeZone) },
    { chip: "in_3_days", ...morningOf(addDays(today, 3), timeZone) },
  ];
  const later = laterToday(now, timeZone);
  if (later !== null) choices.unshift({ chip: "later_today", ...later });
  const weekAhead = nextWeekStart(today, weekStart);
  if (choices.every((choice) => choice.due_day !== weekAhead))
    choices.push({ chip: "next_week", ...morningOf(weekAhead, timeZone) });
  return choices.sort((a, b) => a.remind_at - b.remind_at);
}

/** A day chosen from the calendar; today means later today, or now where it is late. */
export function chosenDay(day: string, now: number, timeZone: string): When {
  if (day !== dayOf(now, timeZone)) return morningOf(day, timeZone);
  return laterToday(now, timeZone) ?? { due_day: day, remind_at: now };
}

const morningOf = (day: string, timeZone: string): When => ({
  due_day: day,
  remind_at: instantAt(day, MORNING_HOUR, timeZone),
});

function laterToday(now: number, timeZone: string): When | null {
  const today = dayOf(now, timeZone);
  const remind_at = Math.ceil(now / HOUR_MS) * HOUR_MS + 2 * HOUR_MS;
  return remind_at <= instantAt(today, LAST_HOUR, timeZone) ? { due_day: today, remind_at } : null;
}

/** Tasks and their reminders. Every function is a value of its arguments and answers with the changes to save. */

import { dayOf } from "#lib/i18n/format";
import type { Weekday } from "#lib/i18n/week";
import { type Change, type ChangeOf, plus, type ValuesOf } from "#lib/store/change";
import type { Visible } from "#lib/store/visible";
import type { TaskRepeat, TaskType } from "$sync/schema.gen";
import { addDays, instantAt, minuteOf, nextWeekStart } from "./day";

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
  /** How often it comes again; never without a date. */
  readonly repeat?: TaskRepeat | null;
}

export type TaskKey = Pick<Visible<"task">, "id" | "root">;

const change = (task: TaskKey, v: ValuesOf<"task">): ChangeOf<"task"> => ({
  kind: "task",
  id: task.id,
  root: task.root,
  v,
});

export function createTask(task: NewTask): Change[] {
  const { id, title, type, person, customer, visit, when, repeat = null } = task;
  const v: ValuesOf<"task"> = {
    title,
    type,
    person,
    status: "open",
    ...(customer === undefined ? {} : { customer }),
    ...(visit === undefined ? {} : { visit }),
    ...when,
    ...(repeat === null || when === null ? {} : { repeat, repeat_from: when.remind_at }),
  };
  return [change({ id, root: customer ?? person }, v)];
}

export const completeTask = (task: TaskKey, now: number): Change[] => [change(task, { status: "done", done_at: now })];

/**
 * Back from `completeTask`. The one that came after a repeating task, as it stands on this device, goes again while it is open and
 * has none after it; else the series goes on from there, and the task stays before it.
 */
export function reopenTask(task: TaskKey, next: Visible<"task"> | null = null): Change[] {
  const opened = { status: "open", done_at: null } as const;
  if (next === null || next.status !== "open" || typeof next.next_task === "string") return [change(task, opened)];
  return [change(task, { ...opened, next_task: null }), ...deleteTask(next)];
}

export const deleteTask = (task: TaskKey): Change[] => [change(task, { deleted: true })];

/** Back from `deleteTask`. */
export const restoreTask = (task: TaskKey): Change[] => [change(task, { deleted: null })];

/** A new date, or new words, for a task that stays the same. */
export const rescheduleTask = (task: TaskKey, when: When | null, more: ValuesOf<"task"> = {}): Change[] => [
  change(task, { ...(when ?? { due_day: null, remind_at: null }), ...more }),
];

/** What moving a task writes over. */
export type DatedTask = TaskKey & Pick<Visible<"task">, "due_day" | "remind_at" | "repeat_from" | "repeat">;

/** Another date for good: of a task that comes again, the series goes on from there, while snoozing puts off only this one. */
export const moveTask = (task: DatedTask, when: When | null): Change[] =>
  rescheduleTask(task, when, task.repeat && when !== null ? { repeat_from: when.remind_at } : {});

/** Back from `moveTask`, given the task as it was before. */
export const moveTaskBack = (before: DatedTask): Change[] => {
  const { due_day = null, remind_at = null, repeat_from = null } = before;
  return [change(before, { due_day, remind_at, ...(before.repeat ? { repeat_from } : {}) })];
};

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

/**
 * What of it stands where there is room for `count`: what should have been done before comes first, and what is due today has half of
 * the places at least, however much is late.
 */
export function dueAtAGlance<T>(overdue: readonly T[], today: readonly T[], count: number): T[] {
  const ofToday = Math.min(today.length, Math.max(count - overdue.length, Math.ceil(count / 2)));
  return [...overdue.slice(0, count - ofToday), ...today.slice(0, ofToday)];
}

/** The dates that one tap chooses. */
export type DateChip = "in_an_hour" | "this_evening" | "tomorrow" | "in_3_days" | "next_week";

/** A date chip and what it means now. */
export interface DateChoice extends When {
  readonly chip: DateChip;
}

/** Where and by which habits a reminder is set. */
export interface Around {
  readonly timeZone: string;
  readonly weekStart: Weekday;
  /** The hour at which a day's reminders ring. */
  readonly morning: number;
}

const EVENING_HOUR = 18;
const HOUR_MS = 3_600_000;
const STEP_MS = 300_000;

/**
 * The chips on offer at `now`, soonest first; none twice, so that "next week" is absent on the day before it begins, "in an hour"
 * when that is tomorrow, and "this evening" when it is no later than in an hour.
 */
export function dateChoices(now: number, around: Around): readonly DateChoice[] {
  const { timeZone, weekStart } = around;
  const today = dayOf(now, timeZone);
  const choices: DateChoice[] = [
    { chip: "tomorrow", ...morningOf(addDays(today, 1), around) },
    { chip: "in_3_days", ...morningOf(addDays(today, 3), around) },
  ];
  const inAnHour = hourFrom(now);
  if (dayOf(inAnHour, timeZone) === today) choices.push({ chip: "in_an_hour", due_day: today, remind_at: inAnHour });
  const evening = instantAt(today, EVENING_HOUR, timeZone);
  if (evening > inAnHour) choices.push({ chip: "this_evening", due_day: today, remind_at: evening });
  const weekAhead = nextWeekStart(today, weekStart);
  if (choices.every((choice) => choice.due_day !== weekAhead))
    choices.push({ chip: "next_week", ...morningOf(weekAhead, around) });
  return choices.sort((a, b) => a.remind_at - b.remind_at);
}

/** A day and a minute of it, chosen from the calendar; what is over already rings now. */
export function chosenTime(day: string, minute: number, now: number, timeZone: string): When {
  const remind_at = instantAt(day, Math.floor(minute / 60), timeZone, minute % 60);
  return remind_at >= now ? { due_day: day, remind_at } : { due_day: dayOf(now, timeZone), remind_at: now };
}

/** What a day that was just chosen begins with: its morning, or an hour from now where that is over. */
export function usualMinute(day: string, now: number, around: Around): number {
  const morning = around.morning * 60;
  const { timeZone } = around;
  if (day !== dayOf(now, timeZone) || minuteOf(now, timeZone) < morning) return morning;
  const inAnHour = hourFrom(now);
  return dayOf(inAnHour, timeZone) === day ? minuteOf(inAnHour, timeZone) : minuteOf(now, timeZone);
}

const morningOf = (day: string, { morning, timeZone }: Around): When => ({
  due_day: day,
  remind_at: instantAt(day, morning, timeZone),
});

const hourFrom = (now: number): number => Math.ceil((now + HOUR_MS) / STEP_MS) * STEP_MS;

/**
 * Tasks that come again. When one is done, the next is made: by whoever did it, or by the first device that hears that it was done
 * from a notification. Every device makes the same one, so that two who do so at the same time have made one.
 */
import { type Calendar, createCalendar, GregorianCalendar, parseDate, toCalendar } from "@internationalized/date";
import { dayOf } from "#lib/i18n/format";
import type { Change, ValuesOf } from "#lib/store/change";
import type { Visible } from "#lib/store/visible";
import { idFromUuid, uuidFromId } from "$sync/identifier";
import type { TaskRepeat, TaskType } from "$sync/schema.gen";
import { instantAt, minuteOf } from "./day";
import type { TaskKey, When } from "./task";

/** Whose days and months are counted. */
export interface Counting {
  readonly timeZone: string;
  /** The calendar that the person reads. */
  readonly calendar: "gregory" | "persian";
  /** The hour that a day without a time means. */
  readonly morning: number;
}

/** A task, as far as the next one needs it. */
export interface Repeating extends TaskKey {
  readonly title: string;
  readonly type: TaskType | null;
  readonly person: string;
  readonly customer: string | null;
  readonly due_day: string | null;
  readonly remind_at: number | null;
  readonly description: string | null;
  readonly repeat: TaskRepeat | null;
  /** The first time of all: what was put off does not move those after it. */
  readonly repeat_from: number | null;
  /** The one after it, where it was made already. */
  readonly next_task: string | null;
}

const STEPS = {
  day: { unit: "days", longest: 1 },
  week: { unit: "weeks", longest: 7 },
  month: { unit: "months", longest: 31 },
  year: { unit: "years", longest: 384 },
} as const;
const DAY_MS = 86_400_000;

/** The id of the one after a task: the same on every device, and nobody else's, because its chance is the task's own. */
export function nextIdOf(id: string): string {
  const uuid = uuidFromId(id);
  const time = (Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16) + 1).toString(16).padStart(12, "0");
  return idFromUuid(`${time.slice(0, 8)}-${time.slice(8)}${uuid.slice(13)}`);
}

/**
 * When a task comes again after it was done at `now`: the first day of its series after both its own day and today. The series is
 * counted from its beginning, so that the 31st stays the 31st after a shorter month. Null where it does not repeat.
 */
export function nextTime(task: Repeating, now: number, counting: Counting): When | null {
  const { timeZone, calendar, morning } = counting;
  if (task.repeat === null) return null;
  const today = dayOf(now, timeZone);
  const own = ownDay(task, today, timeZone);
  const from = task.repeat_from ?? beginning(task, own, { timeZone, morning });
  const first = dayOf(from, timeZone);
  const day = dayAfter(first, task.repeat, [own, today].sort()[1] ?? own, createCalendar(calendar));
  const minute = minuteOf(from, timeZone);
  return { due_day: day, remind_at: instantAt(day, Math.floor(minute / 60), timeZone, minute % 60) };
}

type Dated = Pick<Repeating, "due_day" | "remind_at">;

/** The day of a task; of one that has none, the day it is done. */
const ownDay = ({ due_day, remind_at }: Dated, today: string, timeZone: string): string =>
  due_day ?? (remind_at === null ? today : dayOf(remind_at, timeZone));

/** Where a series begins that nobody wrote down, or that begins now: with the task's own time. */
const beginning = ({ remind_at }: Dated, own: string, at: Pick<Counting, "timeZone" | "morning">): number =>
  remind_at ?? instantAt(own, at.morning, at.timeZone);

/**
 * How often a task comes again, from its own date on; null for once only. A task without a date has nothing to count from: it
 * stays as it is.
 */
export function setRepeat(
  task: TaskKey & Pick<Visible<"task">, "due_day" | "remind_at">,
  repeat: TaskRepeat | null,
  at: Pick<Counting, "timeZone" | "morning">,
): Change[] {
  const { id, root, due_day = null, remind_at = null } = task;
  const set = (v: ValuesOf<"task">): Change[] => [{ kind: "task", id, root, v }];
  if (repeat === null) return set({ repeat, repeat_from: null });
  if (due_day === null) return [];
  return set({ repeat, repeat_from: beginning({ due_day, remind_at }, due_day, at) });
}

function dayAfter(first: string, repeat: TaskRepeat, after: string, calendar: Calendar): string {
  const { unit, longest } = STEPS[repeat];
  const start = toCalendar(parseDate(first), calendar);
  const spent = (Date.parse(after) - Date.parse(first)) / DAY_MS;
  for (let count = Math.max(1, Math.floor(spent / longest)); ; count += 1) {
    const day = toCalendar(start.add({ [unit]: count }), new GregorianCalendar()).toString();
    if (day > after) return day;
  }
}

/** Makes the one after a task that is done; nothing where it does not repeat, or was done before and its series went on. */
export function succeed(task: Repeating, now: number, counting: Counting): Change[] {
  const when = nextTime(task, now, counting);
  if (when === null || task.next_task !== null) return [];
  const { root, title, type, person, customer, description, repeat, remind_at } = task;
  const own = ownDay(task, dayOf(now, counting.timeZone), counting.timeZone);
  const id = nextIdOf(task.id);
  const v: ValuesOf<"task"> = {
    ...{ title, type: type ?? "todo", person, status: "open", due_day: when.due_day, repeat },
    // As it was: a task of a day stays one.
    ...(remind_at === null ? {} : { remind_at: when.remind_at }),
    // Not the next time: the 31st would be the 28th from February on, and what was put off would stay so.
    repeat_from: task.repeat_from ?? beginning(task, own, counting),
    ...(customer === null ? {} : { customer }),
    ...(description === null ? {} : { description }),
    // It may have been taken away with an undo before.
    deleted: null,
  };
  return [
    { kind: "task", id: task.id, root, v: { next_task: id } },
    { kind: "task", id, root, v },
  ];
}

import type { TaskRepeat, TaskStatus, TaskType } from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";

/** A task in a list. */
export interface TaskRow {
  readonly id: string;
  readonly root: string;
  readonly title: string;
  readonly type: TaskType | null;
  readonly status: TaskStatus;
  readonly due_day: string | null;
  readonly remind_at: number | null;
  readonly done_at: number | null;
  readonly person: string;
  readonly personName: string | null;
  readonly customer: string | null;
  readonly customerName: string | null;
  readonly description: string | null;
  readonly repeat: TaskRepeat | null;
  readonly repeat_from: number | null;
  readonly next_task: string | null;
}

/** The columns of a TaskRow; `t` is the task, `c` its customer. */
export const TASK_COLUMNS = `t.id, t.root, t.title, t.type, t.status, t.due_day, t.remind_at, t.done_at, t.person,
  (SELECT name FROM person p WHERE p.id = t.person) AS personName,
  t.customer, c.name AS customerName, t.repeat, t.doc ->> '$.v.description' AS description,
  t.doc ->> '$.v.repeat_from' AS repeat_from, t.doc ->> '$.v.next_task' AS next_task`;

/** How the tasks screen groups: by their day against today; tasks without a day are `later`. */
export type TaskGroup = "overdue" | "today" | "later" | "done";

/** A person's tasks: those given to him, and his own that he gave to somebody who will never see them: his bucket is his alone. */
const his = (status: "open" | "done") =>
  `(t.person = ?1 AND t.status = '${status}' OR t.root = ?1 AND t.status = '${status}') AND t.deleted IS NOT 1`;
const OPEN = his("open");
const FILTERS: { readonly [G in TaskGroup]: string } = {
  overdue: `${OPEN} AND t.due_day < ?2 ORDER BY t.due_day, t.remind_at`,
  today: `${OPEN} AND t.due_day = ?2 ORDER BY t.remind_at IS NULL, t.remind_at, t.id`,
  later: `${OPEN} AND (t.due_day > ?2 OR t.due_day IS NULL) ORDER BY t.due_day IS NULL, t.due_day, t.remind_at`,
  done: `${his("done")} AND ?2 IS NOT NULL ORDER BY t.done_at DESC`,
};

/** One group of a person's tasks. `today` is an ISO day. */
export const tasksPage = defineQuery<
  { person: string; group: TaskGroup; today: string; offset: number; limit: number },
  TaskRow[]
>({
  reads: ["task", "customer", "person"],
  run(database, { person, group, today, offset, limit }) {
    return database.all<TaskRow>(
      `SELECT ${TASK_COLUMNS} FROM task t LEFT JOIN customer c ON c.id = t.customer WHERE ${FILTERS[group]} LIMIT ?4 OFFSET ?3`,
      [person, today, offset, limit],
    );
  },
});

/** How many open tasks a person has, by group. */
export const tasksCounts = defineQuery<
  { person: string; today: string },
  { overdue: number; today: number; later: number }
>({
  reads: ["task"],
  run(database, { person, today }) {
    const found = database.get<{ overdue: number; today: number; later: number }>(
      `SELECT coalesce(sum(due_day < ?2), 0) AS overdue, coalesce(sum(due_day = ?2), 0) AS today,
              coalesce(sum(due_day > ?2 OR due_day IS NULL), 0) AS later
       FROM task t WHERE ${OPEN} LIMIT 1`,
      [person, today],
    );
    return found ?? { overdue: 0, today: 0, later: 0 };
  },
});

/** Repeating tasks of a person that are done, and nobody has made the next one yet: done from a notification, or by an older app. */
export const tasksEnded = defineQuery<{ person: string; limit: number }, TaskRow[]>({
  reads: ["task", "customer", "person"],
  run(database, { person, limit }) {
    return database.all<TaskRow>(
      `SELECT ${TASK_COLUMNS} FROM task t LEFT JOIN customer c ON c.id = t.customer
       WHERE t.person = ? AND t.status = 'done' AND t.deleted IS NOT 1 AND t.repeat IS NOT NULL
       AND t.doc ->> '$.v.next_task' IS NULL LIMIT ?`,
      [person, limit],
    );
  },
});

/** One task with its customer's name, null if it is not on this device. */
export const taskOne = defineQuery<{ id: string }, { task: Visible<"task">; customerName: string | null } | null>({
  reads: ["task", "customer"],
  run(database, { id }) {
    const task = readVisible(database, "task", id);
    if (task === null) return null;
    const found = database.get<{ name: string }>("SELECT name FROM customer WHERE id = ?", [task.customer ?? null]);
    return { task, customerName: found?.name ?? null };
  },
});

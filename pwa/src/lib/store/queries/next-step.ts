/**
 * What the next step of a visit became. The visit keeps a copy of its words, which nobody mends where the task itself is renamed, done
 * or removed: the task is asked, and the copy is what is left where no task is at hand.
 */
import type { TaskStatus } from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";

/** The next step as it stands. */
export interface NextStep {
  readonly title: string;
  readonly status: TaskStatus;
}

interface Linked {
  readonly visit: string;
  readonly id: string;
  readonly title: string | null;
  readonly status: TaskStatus;
  readonly deleted: number | null;
}

/** By visit, what became of the newest of its steps at a customer; null where all of them were removed or cancelled. */
export function nextStepsOf(database: Database, customer: string): ReadonlyMap<string, NextStep | null> {
  const found = new Map<string, NextStep | null>();
  const linked = database.all<Linked>(
    `SELECT doc ->> '$.v.visit' AS visit, id, title, status, deleted FROM task
     WHERE customer = ? AND doc ->> '$.v.visit' IS NOT NULL ORDER BY id LIMIT 10000`,
    [customer],
  );
  for (const { visit, title, status, deleted } of linked)
    if (deleted !== 1 && status !== "cancelled") found.set(visit, { title: title ?? "", status });
    else if (!found.has(visit)) found.set(visit, null);
  return found;
}

/** The step of a visit: its task's, else the `copy` of its words, which is taken for open; null for none. */
export function stepOf(
  steps: ReadonlyMap<string, NextStep | null>,
  visit: string,
  copy: string | null,
): NextStep | null {
  const linked = steps.get(visit);
  if (linked !== undefined) return linked;
  return copy === null ? null : { title: copy, status: "open" };
}

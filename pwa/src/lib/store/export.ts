/** What is on this device alone, as a file for the office: what waits to be sent, and what was refused, which nobody else has any more. */
import type { Edit } from "$sync/messages.ts";
import type { Values } from "$sync/record.ts";
import type { Database } from "./database.ts";
import { readNumber } from "./meta.ts";

/** An edit that was refused; `field` is the one to blame, "" for none. */
interface RefusedEdit extends Pick<Edit, "kind" | "id" | "root"> {
  readonly v: Values;
  readonly field: string;
}

/** A part of an entry of the list of what needs a look; the server keeps it where it is `held`. */
type Part = RefusedEdit & { readonly held?: boolean };

/** What was refused together. */
interface Refused {
  readonly code: string;
  /** When the server said so: milliseconds since 1970 UTC by its clock. */
  readonly refused_at: number;
  readonly edits: readonly RefusedEdit[];
}

/** The entries with an edit that was refused: by itself, or beside one that is held. */
export const IS_REFUSED = `(verdict = 'rejected' OR (verdict = 'held'
  AND EXISTS (SELECT 1 FROM json_each(more) WHERE coalesce(value ->> 'held', 0) = 0)))`;

/** Returns how many things were refused and have not been looked at yet. */
export function countRefused(database: Database): number {
  return database.get<{ n: number }>(`SELECT count(*) AS n FROM attention WHERE ${IS_REFUSED}`)?.n ?? 0;
}

/** Returns what was refused and has not been looked at yet, oldest first, without what others wrote of it. */
export function refusedWork(database: Database): Refused[] {
  const entries = database.all<{
    readonly verdict: string;
    readonly code: string;
    readonly field: string;
    readonly kind: string;
    readonly id: string;
    readonly root: string;
    readonly edit: string;
    readonly more: string;
    readonly at: number;
  }>(`SELECT verdict, code, field, kind, id, root, edit, more, at FROM attention WHERE ${IS_REFUSED} ORDER BY n`);
  return entries.map(({ verdict, code, field, kind, id, root, edit, more, at }) => {
    const first: RefusedEdit[] = verdict === "rejected" ? [{ kind, id, root, v: JSON.parse(edit), field }] : [];
    const others = (JSON.parse(more) as Part[]).filter(({ held }) => held !== true);
    return { code, refused_at: at, edits: [...first, ...others] };
  });
}

/** Names the state of what is on this device alone: another one as soon as there is something that an export before has not got. */
export function exportMark(database: Database): string {
  const refused = database.get<{ n: number | null }>(`SELECT max(n) AS n FROM attention WHERE ${IS_REFUSED}`)?.n ?? 0;
  return [readNumber(database, "numbering"), readNumber(database, "edits"), refused].join(" ");
}

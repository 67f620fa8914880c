/** The list of what needs a look: taking things off it, putting them back, and counting what waits for this person. */
import type { Database, SqlValue } from "./database.ts";

/** Something taken off the list, whole, so that it can be put back. */
export type Dismissed = Readonly<Record<string, string | number>>;

/** Takes something off the list; null if it was not on it. */
export function dismissAttention(database: Database, n: number): Dismissed | null {
  const row = database.get<Dismissed>("SELECT * FROM attention WHERE n = ?", [n]);
  database.run("DELETE FROM attention WHERE n = ?", [n]);
  return row ?? null;
}

/** Puts back what was taken off; again is harmless. */
export function recallAttention(database: Database, row: Dismissed): void {
  const names = database.all<{ name: string }>("SELECT name FROM pragma_table_info('attention')");
  const values = names.map(({ name }): SqlValue => row[name] ?? null);
  database.run(
    `INSERT OR REPLACE INTO attention (${names.map(({ name }) => name).join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    values,
  );
}

/** What waits for this person: what became of his own edits, and the edits of others that are his to decide on. */
export function countAttention(database: Database): number {
  const found = database.get<{ n: number }>(
    `SELECT (SELECT count(*) FROM attention)
       + (SELECT count(*) FROM held_edit WHERE status = 'waiting' AND offer IS NULL AND deleted IS NOT 1
            AND doc ->> '$.v.code' <> 'missing_root') AS n`,
  );
  return found?.n ?? 0;
}

/** Reading a damaged file: a row at a time, from both ends of a table, and in between by number. */
import { isOfDamagedFile } from "./damage.ts";
import type { Database, SqlValue } from "./database.ts";
import type { MetaName } from "./meta.ts";

/** A row of any table. */
export type Row = Readonly<Record<string, SqlValue | undefined>>;

/** Rows of a table in their order, and whether it could be read from one end to the other. */
export interface Read<R> {
  readonly rows: readonly R[];
  readonly isWhole: boolean;
}

/** It lies on what cannot be read. */
const UNREADABLE = Symbol("unreadable");
/** How many rows are read, or looked for by number, at most: damage may also lead round in a circle. */
const MOST_ROWS = 200_000;

/** Reads what can be read; what fails for another reason than damage fails. */
export class Salvage {
  constructor(private readonly database: Database) {}

  /** Returns a value of the store itself, null if it was never set or cannot be read. */
  meta(name: MetaName): string | null {
    const found = this.#get<{ value: string }>("SELECT value FROM meta WHERE name = ?", [name]);
    return found === undefined || found === UNREADABLE ? null : found.value;
  }

  /** Returns it as a number, 0 if it was never set, null if it cannot be read. */
  counter(name: MetaName): number | null {
    const found = this.#get<{ value: string }>("SELECT value FROM meta WHERE name = ?", [name]);
    if (found === UNREADABLE) return null;
    const value = Number(found?.value ?? 0);
    return Number.isSafeInteger(value) ? value : null;
  }

  /** Returns the rows in the order of their key: from the first one until something cannot be read, and so from the last. */
  ordered<R>(table: string, key: readonly string[]): Read<R> {
    const forward = this.#walk<R & Row>(table, key, ">", "ASC");
    if (forward.isWhole) return forward;
    const nameOf = (row: Row) => JSON.stringify(key.map((column) => row[column]));
    const known = new Set(forward.rows.map(nameOf));
    const backward = this.#walk<R & Row>(table, key, "<", "DESC").rows.filter((row) => !known.has(nameOf(row)));
    return { rows: [...forward.rows, ...backward.toReversed()], isWhole: false };
  }

  /** The same for a table with one number for its key; each between the ends, or within `span`, is looked for by itself. */
  numbered<R>(table: string, key: string, span: readonly [number, number] | null = null): Read<R> {
    const ends = this.ordered<R & Row>(table, [key]);
    if (ends.isWhole) return ends;
    const byNumber = new Map(ends.rows.map((row) => [Number(row[key]), row]));
    const known = [...byNumber.keys(), ...(span ?? [])].toSorted((one, other) => one - other);
    const [first, last] = [known[0] ?? 0, known.at(-1) ?? -1];
    for (let n = first; n <= Math.min(last, first + MOST_ROWS); n += 1) {
      if (byNumber.has(n)) continue;
      const row = this.#get<R & Row>(`SELECT * FROM ${table} WHERE ${key} = ?`, [n]);
      if (row !== undefined && row !== UNREADABLE) byNumber.set(n, row);
    }
    const rows = [...byNumber].toSorted(([one], [other]) => one - other).map(([, row]) => row);
    return { rows, isWhole: false };
  }

  #walk<R extends Row>(table: string, key: readonly string[], than: string, order: string): Read<R> {
    const rows: R[] = [];
    const [columns, ordering] = [key.join(", "), key.map((column) => `${column} ${order}`).join(", ")];
    const beyond = `(${columns}) ${than} (${key.map(() => "?").join(", ")})`;
    for (let last: R | null = null; ; ) {
      const where: string = last === null ? "" : ` WHERE ${beyond}`;
      const at: SqlValue[] = key.flatMap((column) => (last === null ? [] : [last[column] ?? null]));
      const row: R | undefined | typeof UNREADABLE = this.#get<R>(
        `SELECT * FROM ${table}${where} ORDER BY ${ordering} LIMIT 1`,
        at,
      );
      if (row === undefined || row === UNREADABLE || rows.length > MOST_ROWS)
        return { rows, isWhole: row === undefined };
      rows.push(row);
      last = row;
    }
  }

  #get<R>(sql: string, parameters: readonly SqlValue[]): R | undefined | typeof UNREADABLE {
    try {
      return this.database.get<R>(sql, parameters);
    } catch (reason) {
      // A file that was damaged while it was made, or by an older version of the app, may lack a table.
      if (isOfDamagedFile(reason) || /no such (table|column)/.test(String(reason))) return UNREADABLE;
      throw reason;
    }
  }
}

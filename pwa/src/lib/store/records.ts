/** Visible rows: one door for everything that puts a record into its table, takes it out, and keeps what is derived from it. */
import { elements, type SetState } from "$sync/joins.ts";
import { normalise, normalisePhone, sortKey } from "$sync/normalise.ts";
import type { Doc, Values } from "$sync/record.ts";
import { ENTITY_TYPES, type FieldType, type Kind } from "$sync/schema.gen.ts";
import type { Database, SqlValue } from "./database.ts";
import { addGrams, forgetGrams, gramsReach } from "./grams.ts";
import type { Topic } from "./query.ts";
import { columnsOf, isIndexed, isSearched, KINDS, titleField } from "./tables.ts";

/** A record as its table holds it. */
export interface Held {
  /** The row's number in its table. */
  readonly n: number;
  readonly root: string;
  readonly bucket: string;
  /** The home revision of its aggregate (SPEC R33). */
  readonly home: number;
  readonly doc: string;
}

/** What is known of a kind's table, worked out once. */
interface Shape {
  readonly kind: Kind;
  readonly columns: readonly string[];
  readonly title: string | undefined;
  readonly searched: readonly FieldType[];
  readonly insert: string;
  readonly update: string;
  readonly find: string;
  readonly putDoc: string;
}

function shapeOf(kind: Kind): Shape {
  const columns = columnsOf(kind).map(({ name }) => name);
  const all = ["id", "root", "bucket", "home", ...columns].map((name) => `"${name}"`);
  const searched = isSearched(kind) ? Object.values(ENTITY_TYPES[kind].fields).filter((field) => field.search) : [];
  return {
    kind,
    columns,
    title: titleField(kind)?.name,
    searched,
    insert: `INSERT INTO "${kind}_row" (${all.join(", ")}, n) VALUES (${all.map(() => "?").join(", ")}, ?)`,
    // The id is left out: setting it, even to itself, would rewrite its index.
    update: `UPDATE "${kind}_row" SET ${all
      .slice(1)
      .map((name) => `${name} = ?`)
      .join(", ")} WHERE n = ?`,
    find: `SELECT n, root, bucket, home, doc FROM "${kind}" WHERE id = ?`,
    putDoc: `INSERT INTO "${kind}_doc" (n, doc) VALUES (?, ?) ON CONFLICT (n) DO UPDATE SET doc = excluded.doc`,
  };
}

const SHAPES = Object.fromEntries(KINDS.map((kind) => [kind, shapeOf(kind)])) as { readonly [K in Kind]: Shape };

/**
 * Writes visible rows within one transaction; `finish` brings derived values up to date and says what changed.
 * Make one for each transaction.
 */
export class RecordWriter {
  readonly #changed = new Set<Topic>();
  /** Customers whose last visit may be another now. */
  readonly #visited = new Set<string>();
  readonly #nextByKind = new Map<Kind, number>();
  readonly #gramsReachByKind = new Map<Kind, number>();
  readonly #isIndexed: boolean;

  constructor(private readonly database: Database) {
    this.#isIndexed = isIndexed(database);
  }

  /** Returns the row of a record, undefined if it is not held. */
  find(kind: Kind, id: string): Held | undefined {
    return this.database.get<Held>(SHAPES[kind].find, [id]);
  }

  /** Stores a record's visible state; `held` is what `find` returned. `json` is the document's text, if it is at hand. */
  put(
    kind: Kind,
    id: string,
    place: { readonly root: string; readonly bucket: string; readonly home: number },
    doc: Doc,
    held: Held | undefined,
    json: string = JSON.stringify(doc),
  ): void {
    const shape = SHAPES[kind];
    const n = held?.n ?? this.#nextNumber(kind);
    const values: SqlValue[] = held === undefined ? [id] : [];
    values.push(place.root, place.bucket, place.home);
    for (const name of shape.columns) values.push(columnValue(shape, name, doc.v));
    values.push(n);
    this.database.run(held === undefined ? shape.insert : shape.update, values);
    this.database.run(shape.putDoc, [n, json]);
    if (shape.searched.length > 0) this.#putText(shape, n, searchText(shape.searched, doc.v), held !== undefined);
    this.#changed.add(kind);
    this.#noteDerived(kind, id, doc.v, held);
  }

  /** Takes a record out. */
  remove(kind: Kind, id: string, held: Held): void {
    if (isSearched(kind)) this.#removeText(kind, held.n);
    this.database.run(`DELETE FROM "${kind}_row" WHERE n = ?`, [held.n]);
    this.database.run(`DELETE FROM "${kind}_doc" WHERE n = ?`, [held.n]);
    this.#changed.add(kind);
    if (kind === "visit") this.#noteVisited(valuesOf(held).customer);
    if (kind === "customer") this.#visited.delete(id);
  }

  /** Takes out every record that meets an SQL condition on its table, named x. */
  removeWhere(condition: string, values: readonly SqlValue[]): void {
    for (const kind of KINDS) {
      const rows = this.database.all<Held & { id: string }>(
        `SELECT id, n, root, bucket, home, ${kind === "visit" ? "doc" : "'' AS doc"} FROM "${kind}" x WHERE ${condition}`,
        values,
      );
      for (const row of rows) this.remove(kind, row.id, row);
    }
  }

  /** Brings the derived values up to date and returns the kinds whose records changed. */
  finish(): Set<Topic> {
    if (this.#isIndexed) {
      for (const customer of this.#visited) {
        const changed = this.database.run(`UPDATE customer_row SET last_visit_at = ${LAST_VISIT} WHERE id = ?1`, [
          customer,
        ]);
        if (changed > 0) this.#changed.add("customer");
      }
    }
    this.#visited.clear();
    return this.#changed;
  }

  #gramsReach(kind: Kind): number {
    const reach = this.#gramsReachByKind.get(kind) ?? gramsReach(this.database, kind);
    this.#gramsReachByKind.set(kind, reach);
    return reach;
  }

  #nextNumber(kind: Kind): number {
    const next =
      this.#nextByKind.get(kind) ??
      this.database.get<{ n: number }>(`SELECT coalesce(max(n), 0) + 1 AS n FROM "${kind}_row"`)?.n ??
      1;
    this.#nextByKind.set(kind, next + 1);
    return next;
  }

  #noteDerived(kind: Kind, id: string, values: Values, held: Held | undefined): void {
    if (!this.#isIndexed) return; // computed for all at once when the first load is complete
    if (kind === "customer" && held === undefined) this.#noteVisited(id);
    if (kind !== "visit") return;
    this.#noteVisited(values.customer);
    if (held !== undefined) this.#noteVisited(valuesOf(held).customer);
  }

  #noteVisited(customer: unknown): void {
    if (typeof customer === "string") this.#visited.add(customer);
  }

  #putText(shape: Shape, n: number, text: string, isHeld: boolean): void {
    const table = `"${shape.kind}_text"`;
    if (isHeld) {
      const old = this.database.get<{ text: string }>(`SELECT text FROM ${table} WHERE n = ?`, [n]);
      if (old?.text === text) return;
      this.#removeText(shape.kind, n);
    }
    this.database.run(`INSERT INTO ${table} (n, text) VALUES (?, ?)`, [n, text]);
    if (!this.#isIndexed) return;
    this.database.run(`INSERT INTO "${shape.kind}_search" (rowid, text) VALUES (?, ?)`, [n, text]);
    if (n <= this.#gramsReach(shape.kind)) addGrams(this.database, shape.kind, n, text);
  }

  /** Full text without its own content has to be told what to forget. */
  #removeText(kind: Kind, n: number): void {
    const text = this.database.get<{ text: string }>(`SELECT text FROM "${kind}_text" WHERE n = ?`, [n])?.text;
    if (text === undefined) return;
    if (this.#isIndexed) {
      this.database.run(`INSERT INTO "${kind}_search" ("${kind}_search", rowid, text) VALUES ('delete', ?, ?)`, [
        n,
        text,
      ]);
      if (n <= this.#gramsReach(kind)) forgetGrams(this.database, kind, n, text);
    }
    this.database.run(`DELETE FROM "${kind}_text" WHERE n = ?`, [n]);
  }
}

const TOOK_PLACE = "status IN ('open', 'done') AND deleted IS NOT 1";
const LAST_VISIT = `(SELECT max(checked_in_at) FROM visit WHERE visit.customer = ?1 AND ${TOOK_PLACE})`;

/** Works out the last visit of every customer; once, when the first load is complete and the indexes exist. */
export function deriveLastVisits(database: Database): void {
  database.run(
    `UPDATE customer_row SET last_visit_at = last.at
     FROM (SELECT customer AS id, max(checked_in_at) AS at FROM visit WHERE ${TOOK_PLACE} GROUP BY customer) AS last
     WHERE customer_row.id = last.id`,
  );
}

function columnValue(shape: Shape, name: string, values: Values): SqlValue {
  const value = name === "sort_key" && shape.title !== undefined ? values[shape.title] : values[name];
  if (typeof value === "string") return name === "sort_key" ? sortKey(value) : value;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return null;
}

/** Returns the text that search looks in: the folded parts, a phone number as its digits (SPEC R70–R72). */
export function searchText(fields: readonly FieldType[], values: Values): string {
  let text = "";
  for (const field of fields) {
    const value = values[field.name];
    if (value === undefined || value === null) continue;
    if (field.type === "set") for (const element of elements(value as SetState)) text += ` ${normalise(element)}`;
    else if (typeof value === "string") text += ` ${field.unit === "phone" ? normalisePhone(value) : normalise(value)}`;
  }
  return text.slice(1);
}

function valuesOf(held: Held): Values {
  const { v }: Doc = JSON.parse(held.doc);
  return v;
}

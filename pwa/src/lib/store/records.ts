/**
 * Visible rows: one door for everything that puts a record into its table, takes it out, and keeps what is derived from it: full
 * text, last visits, what is gone with its customer, and the checksum of its confirmed state in its bucket's sum.
 */
import { elements, type SetState } from "$sync/joins.ts";
import { normalise, normalisePhone } from "$sync/normalise.ts";
import type { Doc, Values } from "$sync/record.ts";
import { ENTITY_TYPES, type FieldType, type Kind } from "$sync/schema.gen.ts";
import { isBelow, Removals } from "./below.ts";
import { roundOf } from "./cursors.ts";
import type { Database, SqlValue } from "./database.ts";
import { addGrams, forgetGrams, gramsReach } from "./grams.ts";
import { forgetOlder } from "./older.ts";
import { NameKeys } from "./pinyin.ts";
import type { Topic } from "./query.ts";
import { Sums } from "./sums.ts";
import { columnsOf, isIndexed, isSearched, KINDS, titleField } from "./tables.ts";

/** The bucket of a row that lives in none: what the server had of it is gone, and an edit of it waits. */
export const NOWHERE = "";

/** Where a record lives. */
export interface Place {
  readonly root: string;
  readonly bucket: string;
  /** The home revision of its aggregate (SPEC R33). */
  readonly home: number;
}

/** What the server has confirmed of a record. */
export interface Confirmation {
  /** The checksum of its confirmed state (SPEC R61), null while the server has none. */
  readonly sum: number | null;
  /** The round of reading its bucket in which it was met last (`cursors.ts`). */
  readonly round: number;
}

/** A record that the server has never seen. */
export const UNCONFIRMED: Confirmation = { sum: null, round: 0 };

/** A record as its table holds it. */
export interface Held extends Place, Confirmation {
  /** The row's number in its table. */
  readonly n: number;
  readonly doc: string;
  /** 1 where it is deleted, or gone with its customer. */
  readonly deleted: number | null;
}

/** A row of a kind that this version of the app does not know. */
export interface Stranger extends Place, Confirmation {
  readonly id: string;
  readonly kind: string;
  readonly doc: string;
}

/** What is known of a kind's table, worked out once. */
interface Shape {
  readonly kind: Kind;
  readonly columns: readonly string[];
  readonly title: string | undefined;
  readonly searched: readonly FieldType[];
  readonly insert: string;
  readonly insertNew: string;
  readonly update: string;
  readonly find: string;
  readonly putDoc: string;
  readonly insertDoc: string;
}

function shapeOf(kind: Kind): Shape {
  const columns = columnsOf(kind).map(({ name }) => name);
  const all = ["id", "root", "bucket", "home", "sum", "round", ...columns].map((name) => `"${name}"`);
  const searched = isSearched(kind) ? Object.values(ENTITY_TYPES[kind].fields).filter((field) => field.search) : [];
  const insert = `INSERT INTO "${kind}_row" (${all.join(", ")}, n) VALUES (${all.map(() => "?").join(", ")}, ?)`;
  const insertDoc = `INSERT INTO "${kind}_doc" (n, doc) VALUES (?, ?)`;
  return {
    kind,
    columns,
    title: titleField(kind)?.name,
    searched,
    insert,
    insertNew: `${insert} ON CONFLICT (id) DO NOTHING`,
    // The id is left out: setting it, even to itself, would rewrite its index.
    update: `UPDATE "${kind}_row" SET ${all
      .slice(1)
      .map((name) => `${name} = ?`)
      .join(", ")} WHERE n = ?`,
    find: `SELECT n, root, bucket, home, sum, round, deleted, doc FROM "${kind}" WHERE id = ?`,
    putDoc: `${insertDoc} ON CONFLICT (n) DO UPDATE SET doc = excluded.doc`,
    insertDoc,
  };
}

const SHAPES = Object.fromEntries(KINDS.map((kind) => [kind, shapeOf(kind)])) as { readonly [K in Kind]: Shape };

/** Where the rows of a kind are found by their aggregate's root, with an index; null for kinds that are in none. */
const ROOT_COLUMN = { territory: "id", root: "root", shared: null } as const;

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
  readonly #roundByBucket = new Map<string, number>();
  readonly #sums: Sums;
  readonly #keys: NameKeys;
  readonly #removals: Removals;
  readonly #isIndexed: boolean;

  constructor(private readonly database: Database) {
    this.#isIndexed = isIndexed(database);
    this.#sums = new Sums(database);
    this.#keys = new NameKeys(database);
    this.#removals = new Removals(database);
  }

  /** Returns the row of a record, undefined if it is not held. */
  find(kind: Kind, id: string): Held | undefined {
    return this.database.get<Held>(SHAPES[kind].find, [id]);
  }

  /** Says that buckets have begun another round: what is met from now on carries that one. */
  beginRounds(): void {
    this.#roundByBucket.clear();
  }

  /** Returns the confirmation of a state with this checksum that was met just now. */
  confirmation(bucket: string, sum: number): Confirmation {
    const known = this.#roundByBucket.get(bucket);
    if (known !== undefined) return { sum, round: known };
    const round = roundOf(this.database, bucket);
    this.#roundByBucket.set(bucket, round);
    return { sum, round };
  }

  /**
   * Stores a record's visible state and what is confirmed of it; `held` is what `find` returned. `json` is the document's text,
   * if it is at hand.
   */
  put(
    kind: Kind,
    id: string,
    place: Place,
    doc: Doc,
    held: Held | undefined,
    confirmed: Confirmation,
    json: string = JSON.stringify(doc),
  ): void {
    const shape = SHAPES[kind];
    const n = held?.n ?? this.#nextNumber(kind);
    const isRemovedAbove = this.#isIndexed && isBelow(kind) && this.#removals.has(place.root);
    const values = rowValues(
      shape,
      held === undefined ? id : null,
      place,
      doc,
      confirmed,
      n,
      isRemovedAbove,
      this.#keys,
    );
    if (held !== undefined) this.#sums.subtract(held.bucket, held.sum);
    this.#sums.add(place.bucket, confirmed.sum);
    this.database.run(held === undefined ? shape.insert : shape.update, values);
    this.database.run(shape.putDoc, [n, json]);
    if (shape.searched.length > 0) this.#putText(shape, n, searchText(shape.searched, doc.v), held !== undefined);
    this.#changed.add(kind);
    this.#noteDerived(kind, id, doc.v, held);
  }

  /**
   * Stores a confirmed record of the first load, unless it is held: then nothing is done, and false is returned. Nearly none is, and
   * the insert finds out by itself, which saves a look for each.
   */
  putNew(kind: Kind, id: string, place: Place, doc: Doc, confirmed: Confirmation, json: string): boolean {
    if (this.#isIndexed) return false;
    const shape = SHAPES[kind];
    const n = this.#nextNumber(kind);
    if (this.database.run(shape.insertNew, rowValues(shape, id, place, doc, confirmed, n, false, this.#keys)) === 0) {
      this.#nextByKind.set(kind, n);
      return false;
    }
    this.#sums.add(place.bucket, confirmed.sum);
    this.database.run(shape.insertDoc, [n, json]);
    if (shape.searched.length > 0) this.#putText(shape, n, searchText(shape.searched, doc.v), false);
    this.#changed.add(kind);
    return true;
  }

  /** Writes down what is confirmed of a record whose visible state stays as it is. */
  confirm(kind: Kind, held: Held, { bucket, home }: Omit<Place, "root">, confirmed: Confirmation): void {
    this.#sums.subtract(held.bucket, held.sum);
    this.#sums.add(bucket, confirmed.sum);
    this.database.run(`UPDATE "${kind}_row" SET bucket = ?, home = ?, sum = ?, round = ? WHERE n = ?`, [
      bucket,
      home,
      confirmed.sum,
      confirmed.round,
      held.n,
    ]);
  }

  /** Takes a record out. */
  remove(kind: Kind, id: string, held: Held): void {
    this.#sums.subtract(held.bucket, held.sum);
    if (isSearched(kind)) this.#removeText(kind, held.n);
    this.database.run(`DELETE FROM "${kind}_row" WHERE n = ?`, [held.n]);
    this.database.run(`DELETE FROM "${kind}_doc" WHERE n = ?`, [held.n]);
    this.#changed.add(kind);
    if (kind === "visit") this.#noteVisited(valuesOf(held).customer);
    if (kind === "customer") {
      this.#removals.note(id, held.deleted === 1, false);
      this.#visited.delete(id);
      this.#forgetOlder(id);
    }
  }

  /** What was read of the archive is no longer for whoever has lost the customer. */
  #forgetOlder(customer: string): void {
    if (forgetOlder(this.database, customer)) this.#changed.add("older");
  }

  /**
   * Takes out every record that meets an SQL condition on its table, named x. Where an edit of it waits it stays to be seen, but
   * lives nowhere until the server has the edit; returns the ids of those.
   */
  removeWhere(condition: string, values: readonly SqlValue[]): string[] {
    const kept = KINDS.flatMap((kind) => this.#removeOfKind(kind, condition, values));
    this.removeStrangers(condition, values);
    return kept;
  }

  /** Takes out aggregates of which another place has a newer home revision than is held here, by root (SPEC R33). */
  removeAggregates(homeByRoot: ReadonlyMap<string, number>): void {
    const roots = [JSON.stringify([...homeByRoot.keys()])];
    const among = "IN (SELECT value FROM json_each(?))";
    const goes = ({ root, home }: Place) => home < (homeByRoot.get(root) ?? 0);
    for (const kind of KINDS) {
      const column = ROOT_COLUMN[ENTITY_TYPES[kind].home];
      if (column !== null) this.#removeOfKind(kind, `x.${column} ${among}`, roots, goes);
    }
    this.removeStrangers(`x.root ${among}`, roots, goes);
  }

  #removeOfKind(
    kind: Kind,
    condition: string,
    values: readonly SqlValue[],
    goes: (place: Place) => boolean = () => true,
  ): string[] {
    const kept: string[] = [];
    const rows = this.database.all<Held & { id: string; waits: number }>(
      `SELECT id, n, root, bucket, home, sum, round, deleted, ${kind === "visit" ? "doc" : "'' AS doc"},
         EXISTS (SELECT 1 FROM outbox o WHERE o.id = x.id) AS waits
       FROM "${kind}" x WHERE ${condition}`,
      values,
    );
    for (const row of rows) {
      if (!goes(row)) continue;
      if (row.waits === 0) this.remove(kind, row.id, row);
      else {
        this.confirm(kind, row, { bucket: NOWHERE, home: row.home }, UNCONFIRMED);
        if (kind === "customer") this.#forgetOlder(row.id);
        kept.push(row.id);
      }
    }
    return kept;
  }

  /** Takes out what meets an SQL condition, on the table named x, of the rows whose kinds this version of the app does not know. */
  removeStrangers(condition: string, values: readonly SqlValue[], goes: (place: Place) => boolean = () => true): void {
    for (const row of this.database.all<Stranger>(`SELECT * FROM stranger x WHERE ${condition}`, values)) {
      if (!goes(row)) continue;
      this.#sums.subtract(row.bucket, row.sum);
      this.database.run("DELETE FROM stranger WHERE id = ?", [row.id]);
    }
  }

  /** Keeps a row of a kind that this version of the app does not know, for the version that will (SPEC R26). */
  putStranger(
    kind: string,
    id: string,
    { root, bucket, home }: Place,
    json: string,
    held: Stranger | undefined,
    { sum, round }: Confirmation,
  ): void {
    if (held !== undefined) this.#sums.subtract(held.bucket, held.sum);
    this.#sums.add(bucket, sum);
    this.database.run(
      "INSERT OR REPLACE INTO stranger (id, kind, root, bucket, home, sum, round, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      [id, kind, root, bucket, home, sum, round, json],
    );
  }

  /** Returns the row of a record of an unknown kind, undefined if it is not held. */
  findStranger(id: string): Stranger | undefined {
    return this.database.get<Stranger>("SELECT * FROM stranger WHERE id = ?", [id]);
  }

  /** Brings the derived values up to date and returns the kinds whose records changed. */
  finish(): Set<Topic> {
    const { customers, kinds } = this.#removals.finish();
    for (const kind of kinds) this.#changed.add(kind);
    for (const customer of customers) this.#visited.add(customer);
    if (this.#isIndexed) {
      for (const customer of this.#visited) {
        const changed = this.database.run(`UPDATE customer_row SET last_visit_at = ${LAST_VISIT} WHERE id = ?1`, [
          customer,
        ]);
        if (changed > 0) this.#changed.add("customer");
      }
    }
    this.#visited.clear();
    this.#sums.save();
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
    if (!this.#isIndexed && (kind !== "customer" || held === undefined)) return; // computed for all at once when the first load is complete
    if (kind === "customer") this.#removals.note(id, held?.deleted === 1, values.deleted === true);
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

/** The values of a row in the order of its statements; without the id where that stays. */
function rowValues(
  shape: Shape,
  id: string | null,
  { root, bucket, home }: Place,
  { v }: Doc,
  { sum, round }: Confirmation,
  n: number,
  isRemovedAbove: boolean,
  keys: NameKeys,
): SqlValue[] {
  const values: SqlValue[] = id === null ? [root, bucket, home, sum, round] : [id, root, bucket, home, sum, round];
  for (const name of shape.columns)
    values.push(isRemovedAbove && name === "deleted" ? 1 : columnValue(shape, name, v, keys));
  values.push(n);
  return values;
}

function columnValue(shape: Shape, name: string, values: Values, keys: NameKeys): SqlValue {
  const value = name === "sort_key" && shape.title !== undefined ? values[shape.title] : values[name];
  if (typeof value === "string") return name === "sort_key" ? keys.keyOf(value) : value;
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

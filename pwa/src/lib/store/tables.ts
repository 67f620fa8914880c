/**
 * The device's tables, generated from the declared entities: one for each kind with the visible state of its records,
 * and the store's own. docs/architecture.md names them; docs/decisions/0051 says why they look so.
 */
import { ENTITY_TYPES, type FieldType, type Kind, SCHEMA_HASH } from "$sync/schema.gen.ts";
import { removeBelow } from "./below.ts";
import { type Database, withoutWaiting } from "./database.ts";
import { gramStatements } from "./grams.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { StoreError } from "./store-error.ts";

/** The version of the store's own tables; `MIGRATIONS` leads from each to the next. */
export const STORE_VERSION = 5;

/** The first version whose tables hold what those of the present one do; those of an older store are made anew. */
const FILLED_SINCE = 4;

/** Every kind that the device stores. */
export const KINDS = Object.keys(ENTITY_TYPES) as Kind[];

/** Tells whether `kind` names a kind that this version of the app knows. */
export function isKind(kind: string): kind is Kind {
  return Object.hasOwn(ENTITY_TYPES, kind);
}

/** Returns the field that a list shows as the record's name, where it is a column. */
export function titleField(kind: Kind): FieldType | undefined {
  return Object.values(ENTITY_TYPES[kind].fields).find((field) => field.title && field.column);
}

/** Tells whether full text covers the kind. */
export function isSearched(kind: Kind): boolean {
  return Object.values(ENTITY_TYPES[kind].fields).some((field) => field.search);
}

const TOTAL = `
-- The running checksum of each bucket over its confirmed rows, and their count (SPEC R60).
CREATE TABLE total (bucket TEXT PRIMARY KEY, checksum INTEGER NOT NULL, rows INTEGER NOT NULL) WITHOUT ROWID;
`;
const KEPT = `
-- Edits that the server has taken and no backup covers yet, by the number of the device that sent them (SPEC R48); counted: what the
-- counters that they raised had stood at.
CREATE TABLE kept (device INTEGER NOT NULL, n INTEGER NOT NULL, edit TEXT NOT NULL, verdict TEXT NOT NULL, counted TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device, n)) WITHOUT ROWID;
`;
const STRANGER = `
-- Rows of kinds that only a newer version of the app knows (SPEC R26).
CREATE TABLE stranger (id TEXT PRIMARY KEY, kind TEXT NOT NULL, root TEXT NOT NULL, bucket TEXT NOT NULL, home INTEGER NOT NULL, sum INTEGER, round INTEGER NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
`;
const OLDER = `
-- What the server has archived and somebody has read here (SPEC R39), by customer; older_of: how many there are, how the next page is
-- asked for, when it was read and looked at last, and what it takes here.
CREATE TABLE older (customer TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, v TEXT NOT NULL, PRIMARY KEY (customer, at, id)) WITHOUT ROWID;
CREATE TABLE older_of (customer TEXT PRIMARY KEY, count INTEGER NOT NULL, next TEXT NOT NULL, read_at INTEGER NOT NULL, opened INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
`;

/** The store's own tables. */
const OWN_TABLES = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- The confirmed state of records with unsent edits; doc is NULL for a record that the server does not have.
CREATE TABLE shadow (id TEXT PRIMARY KEY, kind TEXT NOT NULL, doc TEXT) WITHOUT ROWID;
-- Edits not yet acknowledged; n is the device's contiguous number (SPEC R40). verdict: what became of one that is sent again,
-- counted: what the counters that it raises had stood at before it; hold: 1 where the server shall keep it without looking (SPEC R46).
CREATE TABLE outbox (n INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, root TEXT NOT NULL, edit TEXT NOT NULL, created_at INTEGER NOT NULL, verdict TEXT NOT NULL DEFAULT '', hold INTEGER NOT NULL DEFAULT 0, counted TEXT);
CREATE INDEX outbox_id ON outbox (id);
-- How far each bucket has been read; complete is 1 once it was read up to its head (SPEC R55). round and sweep: reading it again from
-- 0 (SPEC R38); suspect: its checksum differs (SPEC R64).
CREATE TABLE cursor (bucket TEXT PRIMARY KEY, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, complete INTEGER NOT NULL, round INTEGER NOT NULL DEFAULT 0, sweep INTEGER NOT NULL DEFAULT 0, suspect INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
-- Verdicts that want a human. edit: the values as they were written under stamp; base: what their author had seen there; more: the other
-- edits of a refused group, or the decision by which another's was applied; about: what the customer was called, who may be out of reach by
-- the time that somebody looks.
CREATE TABLE attention (n INTEGER PRIMARY KEY AUTOINCREMENT, verdict TEXT NOT NULL, code TEXT NOT NULL, field TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, root TEXT NOT NULL, edit TEXT NOT NULL, losers TEXT NOT NULL, at INTEGER NOT NULL, stamp TEXT NOT NULL DEFAULT '', base TEXT NOT NULL DEFAULT '{}', more TEXT NOT NULL DEFAULT '[]', about TEXT NOT NULL DEFAULT '');
-- The last edits that the server took, for the Sync screen.
CREATE TABLE sent (n INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, root TEXT NOT NULL, verdict TEXT NOT NULL, at INTEGER NOT NULL);
-- The last writes by their request's key, so that a request repeated after a crash is answered, not done again.
CREATE TABLE request (seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, answer TEXT NOT NULL);
${TOTAL}${KEPT}${STRANGER}${OLDER}`;

/** The statements that lead from each version to the next; below `FILLED_SINCE` a rebuild follows, which fills what is new in the kinds' tables. */
const MIGRATIONS: readonly string[] = [
  "",
  `ALTER TABLE outbox ADD COLUMN verdict TEXT NOT NULL DEFAULT '';
   ALTER TABLE outbox ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE cursor ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE cursor ADD COLUMN sweep INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE cursor ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE attention ADD COLUMN stamp TEXT NOT NULL DEFAULT '';
   ALTER TABLE attention ADD COLUMN base TEXT NOT NULL DEFAULT '{}';
   ALTER TABLE attention ADD COLUMN more TEXT NOT NULL DEFAULT '[]';
   ALTER TABLE attention ADD COLUMN about TEXT NOT NULL DEFAULT '';
   ${TOTAL}${KEPT}${STRANGER}${OLDER}`,
  "ALTER TABLE outbox ADD COLUMN counted TEXT;",
  // What hangs on a deleted customer is gone with him since: the rebuild finds it.
  "",
  // Names with Han signs are keyed by code point yet: they are looked for when nothing else is to be done (`pinyin.ts`).
  "INSERT OR REPLACE INTO meta (name, value) VALUES ('han', '');",
];

/** Local indexes beside the declared ones. */
const LISTS: { readonly [K in Kind]?: readonly string[] } = {
  customer: [
    `"customer_removed" ON "customer_row" (id) WHERE deleted = 1`,
    `"customer_sort_key" ON "customer_row" (sort_key) WHERE deleted IS NOT 1`,
    `"customer_last_visit_at" ON "customer_row" (last_visit_at IS NOT NULL, last_visit_at, sort_key) WHERE deleted IS NOT 1`,
    `"customer_value_class" ON "customer_row" (value_class, sort_key) WHERE deleted IS NOT 1`,
    `"customer_phase" ON "customer_row" (phase, sort_key) WHERE deleted IS NOT 1`,
    `"customer_revenue_12m" ON "customer_row" (revenue_12m DESC, sort_key) WHERE deleted IS NOT 1`,
    `"customer_owner" ON "customer_row" (owner, sort_key) WHERE deleted IS NOT 1`,
    `"customer_latitude" ON "customer_row" (latitude, longitude) WHERE deleted IS NOT 1`,
  ],
  // Search everything looks first for names that begin so, in every kind that has names.
  contact: [
    `"contact_sort_key" ON "contact_row" (sort_key) WHERE deleted IS NOT 1`,
    `"contact_birthday" ON "contact_row" (substr(birthday, 6)) WHERE substr(birthday, 6) IS NOT NULL AND deleted IS NOT 1`,
  ],
  product: [`"product_sort_key" ON "product_row" (sort_key) WHERE deleted IS NOT 1`],
  deal: [
    `"deal_stage_amount" ON "deal_row" (stage, amount DESC) WHERE deleted IS NOT 1`,
    `"deal_sort_key" ON "deal_row" (sort_key) WHERE deleted IS NOT 1`,
  ],
  // Few are drafts; one's own are looked for on Today.
  order: [`"order_draft" ON "order_row" (person, ordered_at) WHERE status = 'draft' AND deleted IS NOT 1`],
  held_edit: [`"held_edit_waiting" ON "held_edit_row" (status) WHERE offer IS NULL`],
  conflict: [`"conflict_open" ON "conflict_row" (happened_at, id) WHERE deleted IS NOT 1`],
  task: [
    `"task_person" ON "task_row" (person, status, due_day) WHERE deleted IS NOT 1`,
    // Few of them repeat; those that are done are looked for after every change.
    `"task_repeat" ON "task_row" (person, status, repeat) WHERE repeat IS NOT NULL AND deleted IS NOT 1`,
    // Few are complaints, and fewer are open; those of all customers are looked for at once.
    `"task_complaint" ON "task_row" (customer) WHERE type = 'complaint' AND status = 'open' AND deleted IS NOT 1`,
    `"task_sort_key" ON "task_row" (sort_key) WHERE deleted IS NOT 1`,
  ],
};

/** The columns of a kind's table that are filled from the record, in the order of `projection`. */
export function columnsOf(kind: Kind): readonly { readonly name: string; readonly sql: string }[] {
  const declared = ENTITY_TYPES[kind].table.columns;
  return titleField(kind) === undefined ? declared : [...declared, { name: "sort_key", sql: "TEXT" }];
}

/**
 * The columns and the document of a record are two tables, so that lists, counts and the making of indexes read a fifth of
 * the bytes; queries see both as one under the kind's name, and the document is only looked up where they ask for it.
 */
function kindTables(kind: Kind): string {
  const columns = columnsOf(kind).map(({ name, sql }) => `, "${name}" ${sql}`);
  const derived = kind === "customer" ? ", last_visit_at INTEGER" : "";
  const text = isSearched(kind) ? `CREATE TABLE "${kind}_text" (n INTEGER PRIMARY KEY, text TEXT NOT NULL);` : "";
  return `
    CREATE TABLE "${kind}_row" (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, root TEXT NOT NULL, bucket TEXT NOT NULL,
      home INTEGER NOT NULL, sum INTEGER, round INTEGER NOT NULL${columns.join("")}${derived});
    CREATE TABLE "${kind}_doc" (n INTEGER PRIMARY KEY, doc TEXT NOT NULL);
    CREATE VIEW "${kind}" AS SELECT r.*, (SELECT doc FROM "${kind}_doc" d WHERE d.n = r.n) AS doc FROM "${kind}_row" r;
    ${text}`;
}

/** The statements that make the indexes of a kind, full text included. */
function indexStatements(kind: Kind): string[] {
  const declared = ENTITY_TYPES[kind].table.indexes.map(
    (columns) =>
      `"${kind}_by_${columns.join("_")}" ON "${kind}_row" (${columns.map((name) => `"${name}"`).join(", ")})`,
  );
  // By which an aggregate that moves is found (SPEC R33); a customer is its own root.
  const roots = ENTITY_TYPES[kind].home === "root" ? [`"${kind}_root" ON "${kind}_row" (root)`] : [];
  const statements = [...declared, ...roots, ...(LISTS[kind] ?? [])].map(
    (index) => `CREATE INDEX IF NOT EXISTS ${index}`,
  );
  if (!isSearched(kind)) return statements;
  return [
    ...statements,
    // Half-made full text of an interrupted first load would be out of date.
    `DROP TABLE IF EXISTS "${kind}_search"`,
    `CREATE VIRTUAL TABLE "${kind}_search" USING fts5(text, content='${kind}_text', content_rowid='n',
       tokenize='trigram case_sensitive 1', detail=none, columnsize=0)`,
    `INSERT INTO "${kind}_search" ("${kind}_search") VALUES ('rebuild')`,
    ...gramStatements(kind),
  ];
}

/** What opening the tables found. */
export type Opened = "new" | "same" | "other_schema";

/** Makes or migrates the tables in one transaction. StoreError "not_open" if a newer version of the app made them. */
export function openTables(database: Database): Opened {
  const version = database.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  if (version > STORE_VERSION) throw new StoreError("not_open", "newer_version");
  return database.transaction(() => {
    if (version === 0) {
      database.exec(OWN_TABLES);
      for (const kind of KINDS) database.exec(kindTables(kind));
      database.exec(`PRAGMA user_version = ${STORE_VERSION}`);
      writeMeta(database, "schema", SCHEMA_HASH);
      return "new";
    }
    if (version < STORE_VERSION) {
      for (const statements of MIGRATIONS.slice(version)) database.exec(statements);
      // With the rebuild, should that be interrupted: a schema that nobody has asks for it again.
      if (version < FILLED_SINCE) writeMeta(database, "schema", "");
      database.exec(`PRAGMA user_version = ${STORE_VERSION}`);
    }
    return readMeta(database, "schema") === SCHEMA_HASH ? "same" : "other_schema";
  });
}

/**
 * Makes the indexes and the full text; afterwards `isIndexed` is true. Each step is a transaction of its own, so that the
 * log stays small, and all of it may be done again after a crash. Therefore none of them waits for the disk but the last, which
 * takes all with it. `derive` fills the derived columns.
 */
export function createIndexes(database: Database, derive: (database: Database) => void): void {
  withoutWaiting(database, () => {
    // Before the indexes, one of which is on what is derived.
    database.transaction(() => derive(database));
    for (const kind of KINDS) for (const statement of indexStatements(kind)) database.exec(statement);
    // After the indexes, by which it is found.
    database.transaction(() => removeBelow(database));
  });
  writeMeta(database, "indexed", "1");
}

/** Tells whether the indexes exist; until the first load is complete they do not (docs/decisions/0051). */
export function isIndexed(database: Database): boolean {
  return readMeta(database, "indexed") === "1";
}

/** A row of any kind's table as the rebuild reads it. */
export interface StoredRow {
  readonly id: string;
  readonly root: string;
  readonly bucket: string;
  readonly home: number;
  readonly round: number;
  /** The visible state. */
  readonly doc: string;
  /** The confirmed state; null where the server has none. */
  readonly confirmed: string | null;
}

/** Takes the rows that a rebuild hands on. */
export interface Rebuilding {
  known(kind: Kind, row: StoredRow): void;
  /** A row of a kind that this schema does not know. */
  unknown(kind: string, row: StoredRow): void;
}

const ROWS_AT_ONCE = 1000;

/**
 * Makes the tables of all kinds anew for the present schema and hands every stored row on; the outbox, the shadows and the cursors
 * stay. Rows of a kind that the schema does not know become strangers, and strangers that it does know take their place. Call it in
 * a transaction.
 */
export function rebuildTables(database: Database, rebuilding: Rebuilding): void {
  const made = database.all<{ name: string; type: string; sql: string | null }>(
    "SELECT name, type, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> 'outbox'",
  );
  const drop = (type: string, isMeant: (name: string, sql: string) => boolean) => {
    for (const { name } of made.filter((one) => one.type === type && isMeant(one.name, one.sql ?? ""))) {
      database.exec(`DROP ${type} IF EXISTS "${name}"`);
    }
  };
  drop("table", (_name, sql) => sql.startsWith("CREATE VIRTUAL"));
  drop("table", (name) => name.endsWith("_text"));
  drop("index", () => true);
  drop("view", () => true);
  // Made again from the columns when the store is opened and complete; the sums as the rows are put back.
  writeMeta(database, "indexed", "0");
  database.run("DELETE FROM total");
  const stored = made.flatMap(({ name }) => (name.endsWith("_row") ? [name.slice(0, -"_row".length)] : []));
  for (const kind of new Set([...stored, ...KINDS])) {
    const wasThere = stored.includes(kind);
    if (wasThere)
      for (const part of ["row", "doc"]) database.exec(`ALTER TABLE "${kind}_${part}" RENAME TO old_${part}`);
    if (isKind(kind)) database.exec(kindTables(kind));
    if (!wasThere) continue;
    for (const row of oldRows(database)) {
      if (isKind(kind)) rebuilding.known(kind, row);
      else rebuilding.unknown(kind, row);
    }
    database.exec("DROP TABLE old_row; DROP TABLE old_doc");
  }
  for (const { kind, ...row } of strangers(database)) {
    if (!isKind(kind)) rebuilding.unknown(kind, row);
    else {
      rebuilding.known(kind, row);
      database.run("DELETE FROM stranger WHERE id = ?", [row.id]);
    }
  }
  writeMeta(database, "schema", SCHEMA_HASH);
}

/** The rows of the table that has been put aside, in their order. */
function* oldRows(database: Database): Iterable<StoredRow> {
  const hasRound = database.all<{ name: string }>("SELECT name FROM pragma_table_info('old_row') WHERE name = 'round'");
  for (let after = 0; ; ) {
    const rows = database.all<StoredRow & { n: number }>(
      `SELECT r.n, r.id, r.root, r.bucket, r.home, ${hasRound.length > 0 ? "r.round" : "0 AS round"}, d.doc,
         CASE WHEN s.id IS NULL THEN d.doc ELSE s.doc END AS confirmed
       FROM old_row r JOIN old_doc d ON d.n = r.n LEFT JOIN shadow s ON s.id = r.id
       WHERE r.n > ? ORDER BY r.n LIMIT ?`,
      [after, ROWS_AT_ONCE],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.n;
  }
}

function* strangers(database: Database): Iterable<StoredRow & { readonly kind: string }> {
  for (let after = ""; ; ) {
    const rows = database.all<StoredRow & { kind: string }>(
      `SELECT id, kind, root, bucket, home, round, doc, doc AS confirmed FROM stranger WHERE id > ? ORDER BY id LIMIT ?`,
      [after, ROWS_AT_ONCE],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** What the store's tests share: an engine over a database in memory, a world that stands still, replies and rows. */
import { bucketChecksum, checksumOfKind, MODULUS } from "$sync/checksum.ts";
import { stampFromClock } from "$sync/clock.ts";
import type { Cursor, Row, SyncReply, Verdict } from "$sync/messages.ts";
import type { Values } from "$sync/record.ts";
import type { Account } from "./account.ts";
import type { SqlValue } from "./database.ts";
import { Engine } from "./engine.ts";
import type { KeptRow } from "./kept-steps.ts";
import { NodeDatabase } from "./node-database.ts";
import { Queries } from "./queries/index.ts";
import { LATER } from "./queries/later.ts";
import { Room } from "./room.ts";
import { KINDS } from "./tables.ts";
import { NOTHING_TOLD, type Unsent, type UnsentChange } from "./unsent.ts";
import type { World } from "./world.ts";

export const NOW = Date.UTC(2026, 10, 21, 9);
export const PERSON = id(1);
export const TERRITORY = id(2);
export const BUCKET = `t:${TERRITORY}`;
export const GRANTS = ["shared", `u:${PERSON}`, BUCKET];
export const ACCOUNT: Account = { person: PERSON, device: 7, role: "rep", name: "Marek" };

/** An id that is easy to recognise. */
export function id(number: number): string {
  return `01jd${String(number).padStart(22, "0")}`;
}

/** A world whose clock goes only when told to and whose chance repeats itself. */
export class StillWorld implements World {
  #drawn = 0;
  constructor(public ms = NOW) {}
  now(): number {
    return this.ms;
  }
  random(bytes: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; at < bytes.length; at += 1) {
      this.#drawn += 1;
      bytes[at] = (this.#drawn * 73) % 256;
    }
  }
}

/**
 * A database whose disk is full at times: what writes fails then as in a browser, where SQLite says that the disk is broken and the
 * pool of files says to its log why.
 */
export class FullDatabase extends NodeDatabase {
  isFull = false;
  readonly #room = new Room();

  override run(sql: string, parameters: readonly SqlValue[] = []): number {
    this.#refuse(sql);
    return super.run(sql, parameters);
  }

  override exec(sql: string): void {
    this.#refuse(sql);
    super.exec(sql);
  }

  #refuse(sql: string): void {
    if (!this.isFull || !/^\s*(INSERT|UPDATE|DELETE|CREATE|DROP)/.test(sql)) return;
    this.#room.watch(() => {
      this.#room.hear(["routebook:", new DOMException("No space available", "QuotaExceededError")]);
      throw new Error(`SQLITE_IOERR: disk I/O error in ${sql}`);
    });
  }
}

/** An engine with its database; `device` tells two devices of one person apart. */
export interface Fixture {
  readonly engine: Engine;
  readonly database: NodeDatabase;
  readonly world: StillWorld;
  /** Writes with a fresh request key and expects it to be saved. */
  save(...changes: Parameters<Engine["write"]>[0]): readonly number[];
}

let keys = 0;

export function open(
  device = 7,
  database = new NodeDatabase(),
  world = new StillWorld(),
  role: Account["role"] = ACCOUNT.role,
  queries = Queries.all(LATER),
): Fixture {
  const engine = new Engine(database, { ...ACCOUNT, device, role }, world, queries);
  const save: Fixture["save"] = (...changes) => {
    keys += 1;
    const result = engine.write(changes, `key ${keys}`);
    if (!result.saved) throw new Error(JSON.stringify(result.problems));
    return result.edits;
  };
  return { engine, database, world, save };
}

/** A stamp of another device, `ms` after NOW. */
export function stamp(ms: number, device = 3): string {
  return stampFromClock({ ms: NOW + ms, counter: 0, device });
}

/** A row as the server sends it, all registers under one stamp. */
export function row(k: string, i: string, r: string, v: Values, ms = -1000, h = 0): Row {
  return { k, i, r, h, v, s: { [stamp(ms)]: [] } };
}

export function customerRow(number: number, v: Values = {}, ms = -1000, h = 0): Row {
  const name = `Customer ${number}`;
  return row("customer", id(number), id(number), { name, territory: TERRITORY, ...v }, ms, h);
}

/** A reply; what is not given says that nothing is new. */
export function reply(
  given: {
    now?: number;
    rows?: { readonly [bucket: string]: readonly Row[] };
    seq?: number;
    cursors?: { readonly [bucket: string]: Cursor };
    pushed?: number;
    verdicts?: readonly Verdict[];
    grants?: readonly string[];
    complete?: readonly string[];
    more?: boolean;
    control?: SyncReply["control"];
    view?: string;
    sums?: SyncReply["sums"];
    repair?: SyncReply["repair"];
    covered?: number;
    lease?: number;
    former?: SyncReply["former"];
  } = {},
): SyncReply {
  const grants = given.grants ?? GRANTS;
  return {
    now: given.now ?? NOW,
    pushed: given.pushed ?? 0,
    grants,
    verdicts: given.verdicts ?? [],
    rows: given.rows ?? {},
    cursors: given.cursors ?? Object.fromEntries(grants.map((bucket) => [bucket, [1, given.seq ?? 1] as const])),
    complete: given.complete ?? grants,
    more: given.more ?? false,
    control: given.control ?? [],
    view: given.view ?? "",
    sums: given.sums ?? {},
    repair: given.repair ?? {},
    covered: given.covered ?? 0,
    lease: given.lease ?? 0,
    former: given.former ?? {},
  };
}

/** Lets the engine take a reply that arrived at once; without `pushed` the server has what it had acknowledged. */
export function receive({ engine, world }: Fixture, given: Parameters<typeof reply>[0]): void {
  engine.apply(reply({ pushed: engine.request({}, 0).ack ?? 0, ...given }), world.now(), world.now());
}

/** Keeps the steps of what is unsent as a keeper does: by edit, by answer, list by list. */
export class Shelf {
  #mark = NOTHING_TOLD;
  #kept: Unsent | null = null;
  readonly steps: UnsentChange[] = [];

  take({ engine }: Fixture): void {
    const change = engine.unsentSince(this.#mark);
    if (change === null) return;
    const { counters, lists, isAnew, first, added } = change;
    const before = isAnew ? [] : (this.#kept?.unsent ?? []).filter(({ edit }) => edit.n >= first);
    const answered = [...(this.#kept?.answered ?? []), ...change.answered];
    const { buckets = {}, looks = [] } = this.#kept ?? {};
    const taken = this.#takenAfter(change);
    this.#kept = { buckets, looks, ...counters, ...lists, unsent: [...before, ...added], answered, taken };
    this.#mark = change.mark;
    this.steps.push(change);
  }

  #takenAfter({ taken }: UnsentChange): readonly KeptRow[] {
    const before = this.#kept?.taken ?? [];
    if (taken === null) return before;
    const nameOf = ({ device, edit }: KeptRow) => `${device} ${edit.n}`;
    const all = new Map([...before, ...taken.added].map((row) => [nameOf(row), row]));
    return [...all.values()].filter(({ device, edit: { n } }) =>
      taken.spans.some(([of, first, last]) => of === device && first <= n && n <= last),
    );
  }

  get kept(): Unsent {
    if (this.#kept === null) throw new Error("nothing was kept");
    return this.#kept;
  }

  /** Opens another store with what was kept, as after the tab was closed. */
  reopen(device?: number): Fixture {
    const next = open(device);
    this.#mark = next.engine.restoreUnsent(this.kept);
    return next;
  }
}

/** The sum of a bucket that holds exactly these rows, as the server names it. */
export function sumOf(...rows: readonly Row[]): readonly [number, number] {
  return bucketChecksum(rows);
}

/** Every bucket's running sum, and the same worked out from the confirmed documents; a test wants them equal. */
export function sumsOf({ database }: Fixture): { running: Sums; real: Sums } {
  const running: Sums = {};
  for (const { bucket, checksum, rows } of database.all<{ bucket: string; checksum: number; rows: number }>(
    "SELECT * FROM total WHERE rows <> 0 OR checksum <> 0",
  )) {
    running[bucket] = [checksum, rows];
  }
  const real: Sums = {};
  for (const kind of KINDS) {
    const rows = database.all<{ i: string; bucket: string; h: number; doc: string | null }>(
      `SELECT x.id AS i, bucket, home AS h, CASE WHEN s.id IS NULL THEN x.doc ELSE s.doc END AS doc
       FROM "${kind}" x LEFT JOIN shadow s ON s.id = x.id WHERE bucket <> ''`,
    );
    for (const { i, bucket, h, doc } of rows) {
      if (doc === null) continue;
      const [checksum, count] = real[bucket] ?? [0, 0];
      real[bucket] = [(checksum + checksumOfKind(kind, i, h, JSON.parse(doc))) % MODULUS, count + 1];
    }
  }
  return { running, real };
}

type Sums = { [bucket: string]: readonly [number, number] };

/** Everything that the database holds, as text. */
export function dump(database: NodeDatabase): string {
  const tables = database.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' ORDER BY name",
  );
  return JSON.stringify(tables.map(({ name }) => [name, database.all(`SELECT * FROM "${name}"`)]));
}

/** The values of a record as the device shows it, undefined if it does not. */
export function shown({ database }: Fixture, kind: string, record: string): Values | undefined {
  const found = database.get<{ doc: string }>(`SELECT doc FROM "${kind}" WHERE id = ?`, [record]);
  return found === undefined ? undefined : (JSON.parse(found.doc) as { v: Values }).v;
}

/** Writing: a change becomes visible and an edit in the outbox, in one transaction (SPEC R3, R22, R40). */

import { encode } from "$sync/base32.ts";
import { CLAMP_MS, type Clock, clockFromStamp, DEVICE_WIDTH, msFromStamp, stampFromClock, tick } from "$sync/clock.ts";
import {
  addToCounter,
  addToSet,
  type CounterState,
  floorInside,
  isStamped,
  type Json,
  joinSets,
  removeFromSet,
  type SetState,
} from "$sync/joins.ts";
import type { Edit } from "$sync/messages.ts";
import { type Doc, joinOf, mergeEdit, unpackStamps, type Values } from "$sync/record.ts";
import { ENTITY_TYPES, type EntityType, type Kind, MAX_EDITS, SHARED_ROOT } from "$sync/schema.gen.ts";
import type { Account } from "./account.ts";
import { awaitsRoom } from "./attention.ts";
import { isBelow, isRemoved } from "./below.ts";
import type { Change, CounterChange, LogChange, SetChange, WriteProblem, WriteResult } from "./change.ts";
import type { Database } from "./database.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";
import type { Topic } from "./query.ts";
import { type Held, NOWHERE, RecordWriter, UNCONFIRMED } from "./records.ts";
import type { CountedByField } from "./restamp.ts";
import { isKind, KINDS } from "./tables.ts";
import { knownOf, problemsOf, problemsOfGroup, requiredOf } from "./validate.ts";

/** What a write needs from outside. */
export interface WriteContext {
  readonly account: Account;
  /** Milliseconds since 1970 UTC by the server's clock. */
  readonly now: number;
  /** The request's own key: the same key again gives the same answer and writes nothing. */
  readonly key: string;
  /** The group's id where the server has to apply all changes or none, "" otherwise. */
  readonly group: string;
}

/** What a write did. */
export interface Written {
  readonly result: WriteResult;
  readonly changed: ReadonlySet<Topic>;
}

/** How many answers are kept for repeated requests. */
const REQUESTS_KEPT = 200;

interface Prepared {
  readonly change: Change;
  readonly held: Held | undefined;
  readonly doc: Doc | null;
}

/** Saves the changes, or refuses all of them with every reason. One transaction. */
export function writeChanges(database: Database, changes: readonly Change[], context: WriteContext): Written {
  return database.transaction(() => {
    const before = database.get<{ answer: string }>("SELECT answer FROM request WHERE key = ?", [context.key]);
    if (before !== undefined) return { result: JSON.parse(before.answer), changed: new Set() };
    const beyond = context.group === "" ? [] : problemsOfGroup(changes);
    const problems = beyond.length > 0 ? beyond : refusals(database, changes, context.account);
    if (problems.length > 0) return { result: { saved: false, problems }, changed: new Set() };
    const writer = new RecordWriter(database);
    const clock = new StampMaker(database, context.account.device, context.now);
    let n = readNumber(database, "edits");
    const edits = changes.map((change) => {
      n += 1;
      saveChange(database, writer, clock, n, change, context);
      return n;
    });
    writeMeta(database, "edits", n);
    clock.save();
    const result: WriteResult = { saved: true, edits };
    database.run("INSERT INTO request (key, answer) VALUES (?, ?)", [context.key, JSON.stringify(result)]);
    database.run("DELETE FROM request WHERE seq <= (SELECT max(seq) FROM request) - ?", [REQUESTS_KEPT]);
    return { result, changed: writer.finish().add("outbox") };
  });
}

/** Every reason against any of the changes; a change may build on one before it in the same write. */
function refusals(database: Database, changes: readonly Change[], account: Account): WriteProblem[] {
  const known = new Map<string, ReturnType<typeof knownOf>>();
  const problems: WriteProblem[] = [];
  const back = new Set<string>();
  for (const change of changes) {
    let found = known.get(change.id) ?? null;
    if (found === null && KINDS.includes(change.kind)) {
      const { held, doc } = prepare(database, change);
      if (held !== undefined && doc !== null) found = knownOf(change.kind, held.root, doc.v);
      else if (awaitsRoom(database, change.id)) found = { root: change.root, fields: requiredOf(change.kind) };
    }
    const against = problemsOf(change, found, account);
    if (against.length === 0 && found === null && isBelowRemoved(database, change, back)) {
      against.push({ code: "customer_removed", kind: change.kind, id: change.id, field: "" });
    }
    problems.push(...against);
    if (against.length > 0) continue;
    const now = knownOf(change.kind, change.root, change.v);
    known.set(change.id, { root: now.root, fields: new Set([...(found?.fields ?? []), ...now.fields]) });
    if (change.kind === "customer" && "deleted" in change.v && change.v.deleted !== true) back.add(change.id);
  }
  return problems;
}

/** What is there already takes its author's last words, as it does at the server (SPEC R24); nothing new begins. */
const isBelowRemoved = (database: Database, { kind, root }: Change, back: ReadonlySet<string>): boolean =>
  isBelow(kind) && !back.has(root) && isRemoved(database, root);

function prepare(database: Database, change: Change): Prepared {
  const held = new RecordWriter(database).find(change.kind, change.id);
  return { change, held, doc: held === undefined ? null : JSON.parse(held.doc) };
}

function saveChange(
  database: Database,
  writer: RecordWriter,
  clock: StampMaker,
  n: number,
  change: Change,
  context: WriteContext,
): void {
  const { kind, id, root } = change;
  const entity = ENTITY_TYPES[kind];
  const held = writer.find(kind, id);
  const doc: Doc | null = held === undefined ? null : JSON.parse(held.doc);
  const stamps = doc === null ? new Map<string, string>() : unpackStamps(doc);
  const base: { [field: string]: string } = {};
  for (const field of Object.keys(change.v)) {
    const overwritten = isStamped(joinOf(entity, field)) ? stamps.get(field) : undefined;
    if (overwritten !== undefined) base[field] = overwritten;
  }
  const inside = Object.keys(change.v).map((field) =>
    floorInside(joinOf(entity, field), doc?.v[field] ?? {}, clock.device),
  );
  const at = clock.next([...Object.values(base), ...inside]);
  const v = statesOf(entity, change.v, doc, at, clock.device);
  const edit: Edit = {
    n,
    kind,
    id,
    root,
    v,
    at,
    ...(Object.keys(base).length > 0 && { base }),
    ...(context.group !== "" && { group: context.group }),
  };
  if (held === undefined && [...requiredOf(kind)].some((name) => !(name in v))) {
    // Of a record that the device holds no more, sent again since custody had no room for it (SPEC R57): nothing of it shows.
    queueEdit(database, edit, { created_at: context.now });
    return;
  }
  overshadow(database, kind, id, held);
  const place = held ?? { root, bucket: bucketOf(database, kind, root, v), home: 0 };
  writer.put(kind, id, place, mergeEdit(entity, doc, v, at).doc, held, held ?? UNCONFIRMED);
  queueEdit(database, edit, { created_at: context.now });
}

/** Keeps the confirmed state of a record that is about to have an unsent edit, unless it has one already. */
export function overshadow(database: Database, kind: Kind, id: string, held: Held | undefined): void {
  database.run("INSERT INTO shadow (id, kind, doc) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING", [
    id,
    kind,
    held?.doc ?? null,
  ]);
}

/** What the outbox says of an edit. */
export interface Queueing {
  /** When it was saved, by the server's clock. */
  readonly created_at: number;
  /** What became of it before, "" for an edit that the server has not had yet (SPEC R48). */
  readonly verdict?: string;
  readonly hold?: number;
  /** What its counters had stood at before it, where it is sent again; null where only the record knows. */
  readonly counted?: CountedByField | null;
}

/** An edit of the outbox with all that is said of it. */
export type Queued = Required<Queueing> & { readonly edit: Edit };

/** Returns the edits that wait, oldest first, from those that come after a number. */
export function queued(database: Database, after = 0): Queued[] {
  return database
    .all<Omit<Queued, "edit" | "counted"> & { edit: string; counted: string | null }>(
      "SELECT edit, created_at, verdict, hold, counted FROM outbox WHERE n > ? ORDER BY n",
      [after],
    )
    .map((one) => ({
      ...one,
      edit: JSON.parse(one.edit),
      counted: one.counted === null ? null : JSON.parse(one.counted),
    }));
}

/** Puts an edit into the outbox. */
export function queueEdit(
  database: Database,
  edit: Edit,
  { created_at, verdict = "", hold = 0, counted = null }: Queueing,
): void {
  database.run(
    "INSERT INTO outbox (n, kind, id, root, edit, created_at, verdict, hold, counted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [
      edit.n,
      edit.kind,
      edit.id,
      edit.root,
      JSON.stringify(edit),
      created_at,
      verdict,
      hold,
      counted && JSON.stringify(counted),
    ],
  );
}

/** The edits of one request. */
export interface Portion {
  readonly edits: readonly Edit[];
  /** The numbers of those that the server shall keep without looking at them (SPEC R46). */
  readonly hold: readonly number[];
  /** The numbers of those that it had taken or held before a backup was restored (SPEC R48). */
  readonly again: readonly number[];
}

const NEVER_TAKEN: readonly string[] = ["", "rejected"];

/**
 * Returns the oldest edits: as many as `limit` and `bytes` allow, at least one. A group is all or none (SPEC R45), so that it is never
 * cut in two; one that goes beyond the limits goes alone, and so does what the server shall keep without looking.
 */
export function portionOf(database: Database, limit: number, bytes: number): Portion {
  const edits: Edit[] = [];
  const hold: number[] = [];
  const again: number[] = [];
  let size = 0;
  let isHeld = false;
  /** How many of `edits` end with a whole group. */
  let whole = 0;
  const step = Math.min(limit, MAX_EDITS) + 1;
  for (let after = -1; ; ) {
    // The number itself: for a parameter there SQLite prepares the statement anew each time, which takes longer than to run it.
    const rows = database.all<{ n: number; edit: string; verdict: string; hold: number }>(
      `SELECT n, edit, verdict, hold FROM outbox WHERE n > ? ORDER BY n LIMIT ${step}`,
      [after],
    );
    for (const row of rows) {
      const edit: Edit = JSON.parse(row.edit);
      const before = edits.at(-1);
      if (before !== undefined && (edit.group === undefined || edit.group !== before.group)) whole = edits.length;
      size += row.edit.length;
      // What goes into custody goes alone: what does not get through may take nothing else along.
      const isAlone = whole === edits.length && (isHeld || row.hold === 1);
      if (whole > 0 && (size > bytes || edits.length >= limit || isAlone)) {
        const last = edits[whole - 1]?.n ?? 0;
        const upTo = (n: number) => n <= last;
        return { edits: edits.slice(0, whole), hold: hold.filter(upTo), again: again.filter(upTo) };
      }
      edits.push(edit);
      isHeld = row.hold === 1;
      if (isHeld) hold.push(row.n);
      if (!NEVER_TAKEN.includes(row.verdict)) again.push(row.n);
      after = row.n;
    }
    if (rows.length < step) return { edits, hold, again };
  }
}

/** Marks edits for the server to keep without looking at them (SPEC R46). */
export function holdEdits(database: Database, numbers: readonly number[]): void {
  for (const n of numbers) database.run("UPDATE outbox SET hold = 1 WHERE n = ?", [n]);
}

/** Puts an edit that was kept elsewhere back into the outbox and over what is visible. */
export function restoreEdit(database: Database, writer: RecordWriter, { edit, ...of }: Queued): void {
  if (isKind(edit.kind)) {
    const { kind, id, root } = edit;
    const held = writer.find(kind, id);
    const doc: Doc | null = held === undefined ? null : JSON.parse(held.doc);
    overshadow(database, kind, id, held);
    const place = held ?? { root, bucket: NOWHERE, home: 0 };
    writer.put(kind, id, place, mergeEdit(ENTITY_TYPES[kind], doc, edit.v, edit.at).doc, held, held ?? UNCONFIRMED);
  }
  queueEdit(database, edit, of);
}

/** The wire states of a change's values: registers as they are, instructions as join states upon the record. */
function statesOf(
  entity: EntityType,
  values: { readonly [field: string]: unknown },
  doc: Doc | null,
  stamp: string,
  device: string,
): Values {
  const states: { [field: string]: Json } = {};
  for (const [field, value] of Object.entries(values)) {
    const state = doc?.v[field] ?? {};
    switch (joinOf(entity, field)) {
      case "set": {
        const { add, remove } = value as SetChange;
        const removed = remove.map((element) => removeFromSet(state as SetState, element));
        states[field] = [...removed, ...add.map((element) => addToSet(element, stamp))].reduce(joinSets, {});
        break;
      }
      case "counter":
        states[field] = addToCounter(state as CounterState, device, (value as CounterChange).plus);
        break;
      case "log":
        states[field] = { [stamp]: (value as LogChange).append };
        break;
      default:
        states[field] = value as Json; // the validation has looked at it
    }
  }
  return states;
}

/** Where a new record will live (SPEC R30), as far as this device can tell; the server's row says it for certain. */
export function bucketOf(database: Database, kind: Kind, root: string, values: Values): string {
  if (kind === "customer" && typeof values.territory === "string") return `t:${values.territory}`;
  if (root === SHARED_ROOT) return SHARED_ROOT;
  const home = database.get<{ bucket: string }>("SELECT bucket FROM customer_row WHERE id = ?", [root]);
  return home?.bucket ?? `u:${root}`;
}

/** Goes on from the server's time where the last stamp is far ahead of it and nothing waits any more (SPEC R5). */
export function settleStamp(database: Database, now: number): void {
  const last = readMeta(database, "stamp");
  if (last === null || msFromStamp(last) <= now + CLAMP_MS) return;
  if (database.get("SELECT 1 AS found FROM outbox LIMIT 1") !== undefined) return;
  writeMeta(database, "stamp", stampFromClock({ ms: now, counter: 0, device: clockFromStamp(last).device }));
}

/** Makes the stamps of one transaction and keeps the last one (SPEC R3–R5). */
class StampMaker {
  #clock: Clock;
  /** The device's number as 4 base-32 digits. */
  readonly device: string;

  constructor(
    private readonly database: Database,
    device: number,
    private readonly now: number,
  ) {
    const last = readMeta(database, "stamp");
    this.#clock = last === null ? { ms: 0, counter: 0, device } : { ...clockFromStamp(last), device };
    this.device = encode(device, DEVICE_WIDTH);
  }

  /** Returns a stamp above the last one and above every stamp about to be overwritten. */
  next(overwritten: readonly string[]): string {
    let floor = "";
    for (const stamp of overwritten) if (stamp > floor) floor = stamp;
    this.#clock = tick(this.#clock, this.now, floor);
    return stampFromClock(this.#clock);
  }

  save(): void {
    writeMeta(this.database, "stamp", stampFromClock(this.#clock));
  }
}

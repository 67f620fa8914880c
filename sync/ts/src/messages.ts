/**
 * The messages of one round trip, `POST /sync` (SPEC R50-R59), and the check of what comes from outside.
 *
 * A request carries the device's unsent edits and how far it has read each bucket; the reply carries what became of
 * them and the rows that are new to the device.
 */
import type { Json } from "./joins.ts";
import type { Doc, PackedStamps, Values } from "./record.ts";
import {
  CONTROL_KINDS,
  type ControlKind,
  PARTITIONS,
  PROBLEM_CODES,
  type ProblemCode,
  VERDICT_KINDS,
  type VerdictKind,
} from "./schema.gen.ts";

/** [epoch, sequence]. */
export type Cursor = readonly [epoch: number, sequence: number];

/** One saved change of one record by one device (SPEC R40). */
export interface Edit {
  /** The device's own contiguous number, from 1. */
  readonly n: number;
  readonly kind: string;
  readonly id: string;
  /** The id of the aggregate's root, or "shared". */
  readonly root: string;
  readonly v: Values;
  readonly at: string;
  /** The stamp that each register overwrote; absent where there was none. */
  readonly base?: { readonly [field: string]: string };
  /** Edits of one group are applied all or none. */
  readonly group?: string;
}

/** What a device tells of itself. */
export interface DeviceReport {
  readonly version?: string;
  /** Edits not yet sent with this request. */
  readonly waiting?: number;
  /** Photos, recordings and documents whose bytes the server does not have. */
  readonly files?: number;
  readonly stored_bytes?: number;
  /** Whether the browser promised to keep the storage. */
  readonly persisted?: boolean;
  /** Milliseconds from the device's clock to the server's, as the device knows it (SPEC R5). */
  readonly offset?: number;
  /** Buckets that the device had to read again from 0, since it was set up. */
  readonly resets?: number;
  /** Partitions that were found wrong and mended (SPEC R64), since it was set up. */
  readonly repairs?: number;
}

/** What a device sends. */
export interface SyncRequest {
  readonly protocol: number;
  readonly schema: string;
  readonly device: number;
  readonly now: number;
  readonly edits?: readonly Edit[];
  readonly cursors?: { readonly [bucket: string]: Cursor };
  /** The highest edit number whose verdict the device has stored. */
  readonly ack?: number;
  readonly budget?: number;
  readonly report?: DeviceReport;
  /** The view that the device's rows were sent in, as the last reply named it (SPEC R35). */
  readonly view?: string;
  /** Numbers of edits that the server shall keep without looking at them: it failed on each three times (SPEC R46). */
  readonly hold?: readonly number[];
  /** Numbers of edits that were taken, or held, before a backup was restored, and are offered again (SPEC R48). */
  readonly again?: readonly number[];
  /** Whether the reply shall name the checksum of every complete bucket, moved or not (SPEC R63). */
  readonly verify?: boolean;
  /** For a bucket whose checksum differs: that of each partition, 7 digits each (SPEC R1, R64). */
  readonly check?: { readonly [bucket: string]: string };
  /** How far a bucket had been read when the oldest waiting edit was written, where the device has read on since (SPEC R53). */
  readonly seen?: { readonly [bucket: string]: Cursor };
}

/** A value that gave way in a conflict (SPEC R43). */
export interface Loser {
  readonly field: string;
  readonly value: Json;
  readonly at: string;
  readonly person?: string;
  /** Who wrote the value that stands, where that is not the edit's author. */
  readonly winner?: string;
}

/** What became of edit `n`. */
export interface Verdict {
  readonly n: number;
  readonly verdict: VerdictKind;
  readonly code?: string;
  readonly field?: string;
  readonly message?: string;
  readonly losers?: readonly Loser[];
  /** Whether it had come before, under another number: its row says what became of it. */
  readonly known?: boolean;
}

/** One record as a reply carries it; stored in this very form (SPEC R51). */
export interface Row {
  /** Kind; "moved" for the marker that an aggregate leaves behind. */
  readonly k: string;
  readonly i: string;
  readonly r: string;
  /** Home revision of the aggregate; absent for 0. */
  readonly h?: number;
  readonly v?: Values;
  readonly s?: PackedStamps;
}

/** One request of the server to the device (SPEC R58). */
export interface Control {
  readonly control: ControlKind;
  readonly bucket?: string;
  /** Milliseconds by which the device's clock is ahead of the server's (clock). */
  readonly offset?: number;
}

/** What the server answers; what the wire leaves out is filled in. */
export interface SyncReply {
  readonly now: number;
  /** The highest edit number that has its verdict; edits up to it without one in `verdicts` were applied. */
  readonly pushed: number;
  /** Every bucket that the device may hold now; what it holds beside these it drops (SPEC R57). */
  readonly grants: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly rows: { readonly [bucket: string]: readonly Row[] };
  readonly cursors: { readonly [bucket: string]: Cursor };
  /** The buckets that the device has read up to their head with this reply. */
  readonly complete: readonly string[];
  readonly more: boolean;
  readonly control: readonly Control[];
  /** Which fields the rows were sent with (SPEC R35); another one than before makes every bucket start at 0. */
  readonly view: string;
  /** Checksum and count of complete buckets as this view shows them (SPEC R60, R63). */
  readonly sums: { readonly [bucket: string]: readonly [checksum: number, count: number] };
  /** Partitions of which `rows` has every row that there is: what else the device holds of them goes (SPEC R64). */
  readonly repair: { readonly [bucket: string]: readonly number[] };
  /** Edits of this device up to this number are in a backup: the device may forget them (SPEC R48). */
  readonly covered: number;
  /** Milliseconds that the app may be used without contact; 0 for ever (SPEC R47). */
  readonly lease: number;
  /** Where an epoch has changed: how far the server has the edits of this person's other devices, by number (SPEC R48). */
  readonly former: { readonly [device: string]: number };
}

/** An error as `application/problem+json` (RFC 9457) with a code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly field?: string;
  /** The next edit number that the server expects (gap). */
  readonly expected?: number;
  /** Seconds (rate_limited). */
  readonly retry_after?: number;
}

/** Why a message could not be read, and where; the device treats the answer as not come. */
export interface DecodeError {
  readonly error: "missing" | "wrong_type" | "unknown_choice";
  /** The place, as "rows.shared.3.i"; '' for the whole message. */
  readonly path: string;
}

/** Tells a decode error from a message. */
export function isDecodeError<T extends object>(decoded: T | DecodeError): decoded is DecodeError {
  return "error" in decoded;
}

/** Returns the state that a row carries. */
export function docFromRow(row: Row): Doc {
  return { v: row.v ?? {}, s: row.s ?? {} };
}

/**
 * Returns the reply that `value` (parsed JSON) is, or where it is none. Checks the structure that the device relies on,
 * not the fields of each record: unknown ones are kept (SPEC R26), and the server validated them when they were written.
 */
export function parseReply(value: unknown): SyncReply | DecodeError {
  if (!isObject(value)) return wrong("");
  const {
    now,
    pushed,
    grants,
    verdicts = [],
    rows = {},
    cursors = {},
    complete = [],
    more = false,
    control = [],
    view = "",
    sums = {},
    repair = {},
    covered = 0,
    lease = 0,
    former = {},
  } = value;
  if (!isCount(now)) return bad(now, "now");
  if (!isCount(pushed)) return bad(pushed, "pushed");
  if (!isTexts(grants)) return bad(grants, "grants");
  if (!isTexts(complete)) return wrong("complete");
  if (typeof more !== "boolean") return wrong("more");
  if (typeof view !== "string") return wrong("view");
  if (!isCount(covered)) return wrong("covered");
  if (!isCount(lease)) return wrong("lease");
  if (!isObject(former) || !Object.values(former).every(isCount)) return wrong("former");
  const error =
    badVerdict(verdicts) ??
    badRows(rows) ??
    badPairs(cursors, "cursors") ??
    badPairs(sums, "sums") ??
    badRepair(repair) ??
    badControl(control);
  if (error) return error;
  // The checks above have looked at every part. What a newer server asks for beside them is not understood here.
  const known = (control as Control[]).filter((asked) => isOneOf(CONTROL_KINDS, asked.control));
  const read = { now, pushed, grants, verdicts, rows, cursors, complete, more, control: known };
  return { ...read, view, sums, repair, covered, lease, former } as SyncReply;
}

/** Returns the problem that `value` (parsed JSON) is, or where it is none. */
export function parseProblem(value: unknown): Problem | DecodeError {
  if (!isObject(value)) return wrong("");
  if (typeof value.type !== "string") return bad(value.type, "type");
  if (typeof value.title !== "string") return bad(value.title, "title");
  if (!isCount(value.status)) return bad(value.status, "status");
  if (!isOneOf(PROBLEM_CODES, value.code)) return { error: "unknown_choice", path: "code" };
  for (const name of ["detail", "field"]) if (!isTextOrAbsent(value[name])) return wrong(name);
  for (const name of ["expected", "retry_after"]) if (!isCountOrAbsent(value[name])) return wrong(name);
  return value as unknown as Problem;
}

type Unknowns = { readonly [key: string]: unknown };

function isObject(value: unknown): value is Unknowns {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCountOrAbsent(value: unknown): boolean {
  return value === undefined || isCount(value);
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((part) => typeof part === "string");
}

function isOneOf<T extends string>(choices: readonly T[], value: unknown): value is T {
  return (choices as readonly unknown[]).includes(value);
}

function wrong(path: string): DecodeError {
  return { error: "wrong_type", path };
}

function bad(value: unknown, path: string): DecodeError {
  return { error: value === undefined ? "missing" : "wrong_type", path };
}

function badVerdict(verdicts: unknown): DecodeError | undefined {
  if (!Array.isArray(verdicts)) return wrong("verdicts");
  for (const [at, verdict] of verdicts.entries()) {
    const path = `verdicts.${at}`;
    if (!isObject(verdict)) return wrong(path);
    if (!isCount(verdict.n)) return bad(verdict.n, `${path}.n`);
    if (!isOneOf(VERDICT_KINDS, verdict.verdict)) return { error: "unknown_choice", path: `${path}.verdict` };
    for (const name of ["code", "field", "message"])
      if (!isTextOrAbsent(verdict[name])) return wrong(`${path}.${name}`);
    const { losers = [] } = verdict;
    if (!Array.isArray(losers) || !losers.every(isLoser)) return wrong(`${path}.losers`);
    if (!["undefined", "boolean"].includes(typeof verdict.known)) return wrong(`${path}.known`);
  }
  return undefined;
}

function isLoser(loser: unknown): boolean {
  return (
    isObject(loser) &&
    typeof loser.field === "string" &&
    typeof loser.at === "string" &&
    isTextOrAbsent(loser.person) &&
    isTextOrAbsent(loser.winner)
  );
}

function badRows(rows: unknown): DecodeError | undefined {
  if (!isObject(rows)) return wrong("rows");
  for (const bucket of Object.keys(rows)) {
    const page = rows[bucket];
    if (!Array.isArray(page)) return wrong(`rows.${bucket}`);
    const at = page.findIndex((row) => !isRow(row));
    if (at >= 0) return wrong(`rows.${bucket}.${at}`);
  }
  return undefined;
}

function isRow(row: unknown): boolean {
  return (
    isObject(row) &&
    typeof row.k === "string" &&
    typeof row.i === "string" &&
    typeof row.r === "string" &&
    isCountOrAbsent(row.h) &&
    (row.v === undefined || isObject(row.v)) &&
    (row.s === undefined || isPacked(row.s))
  );
}

function isPacked(stamps: unknown): boolean {
  if (!isObject(stamps)) return false;
  for (const stamp in stamps) if (!isTexts(stamps[stamp])) return false;
  return true;
}

/** Two counts for each bucket: cursors and checksums. */
function badPairs(pairs: unknown, name: string): DecodeError | undefined {
  if (!isObject(pairs)) return wrong(name);
  for (const bucket of Object.keys(pairs)) {
    const pair = pairs[bucket];
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every(isCount)) return wrong(`${name}.${bucket}`);
  }
  return undefined;
}

function badRepair(repair: unknown): DecodeError | undefined {
  if (!isObject(repair)) return wrong("repair");
  for (const bucket of Object.keys(repair)) {
    const parts = repair[bucket];
    if (!Array.isArray(parts) || !parts.every((part) => isCount(part) && part < PARTITIONS)) {
      return wrong(`repair.${bucket}`);
    }
  }
  return undefined;
}

function badControl(control: unknown): DecodeError | undefined {
  if (!Array.isArray(control)) return wrong("control");
  for (const [at, request] of control.entries()) {
    const path = `control.${at}`;
    if (!isObject(request)) return wrong(path);
    if (typeof request.control !== "string") return bad(request.control, `${path}.control`);
    if (!isTextOrAbsent(request.bucket)) return wrong(`${path}.bucket`);
    const { offset = 0 } = request;
    if (!Number.isSafeInteger(offset)) return wrong(`${path}.offset`);
  }
  return undefined;
}

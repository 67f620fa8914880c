import type {
  CallResult,
  FileType,
  OrderStatus,
  ShelfCheckStock,
  TaskStatus,
  TaskType,
  VisitOutcome,
  VisitStatus,
} from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";
import { olderBudget } from "../older.ts";
import { defineQuery } from "../query.ts";
import { isKind } from "../tables.ts";
import type { FileRow } from "./files.ts";
import { nextStepsOf, stepOf } from "./next-step.ts";
import type { TimelineEntry } from "./timeline.ts";

/** What this device has of a customer's older activity. */
export interface CustomerOlder {
  /** Newest first. */
  readonly entries: readonly TimelineEntry[];
  /** How many are kept here. */
  readonly kept: number;
  /** How many the server had when it was asked last, and when that was: milliseconds since 1970 UTC. */
  readonly count: number;
  readonly readAt: number;
  /** What asks for the next page, "" at the end. */
  readonly next: string;
}

interface OlderRow {
  readonly kind: string;
  readonly id: string;
  readonly at: number;
  readonly v: string;
}

/** Older activity of a customer as read before, null where nobody has asked for it yet. */
export const customerOlder = defineQuery<{ customer: string; limit: number }, CustomerOlder | null>({
  reads: ["older", "visit", "note", "file", "call", "contact", "task", "order", "shelf_check", "product", "person"],
  run(database, { customer, limit }) {
    const known = database.get<Omit<CustomerOlder, "entries">>(
      `SELECT count, next, read_at AS readAt, (SELECT count(*) FROM older WHERE customer = ?1) AS kept
       FROM older_of WHERE customer = ?1`,
      [customer],
    );
    if (known === undefined) return null;
    const rows = database.all<OlderRow>(
      "SELECT kind, id, at, v FROM older WHERE customer = ? ORDER BY at DESC, id DESC LIMIT ?",
      [customer, limit],
    );
    return { ...known, entries: rows.flatMap((row) => entryOf(database, customer, row) ?? []) };
  },
});

/** The room that older activity takes and may take. */
export interface OlderRoom {
  /** Bytes. */
  readonly used: number;
  readonly budget: number;
  /** Customers of whom some is kept. */
  readonly customers: number;
}

export const syncOlder = defineQuery<Record<string, never>, OlderRoom>({
  reads: ["older"],
  run(database) {
    const found = database.get<{ used: number; customers: number }>(
      "SELECT coalesce(sum(bytes), 0) AS used, count(*) AS customers FROM older_of WHERE bytes > 0",
    );
    return { used: found?.used ?? 0, customers: found?.customers ?? 0, budget: olderBudget(database) };
  },
});

/** What came back to the records since, because somebody changed it, is shown there. */
function entryOf(database: Database, root: string, { kind, id, at, v: text }: OlderRow): TimelineEntry | null {
  if (!isKind(kind) || database.get(`SELECT 1 FROM "${kind}_row" WHERE id = ?`, [id]) !== undefined) return null;
  const v: Record<string, unknown> = JSON.parse(text);
  const { word, number } = readers(v);
  const personName = nameOf(database, "person", word("person"));
  const entry = { id, at, waiting: false, personName };
  // The server has checked each value against its field when it was written.
  switch (kind) {
    case "visit":
      return {
        ...entry,
        kind,
        status: v.status as VisitStatus,
        outcome: word("outcome") as VisitOutcome | null,
        planned_day: word("planned_day"),
        checked_in_at: number("checked_in_at"),
        checked_out_at: number("checked_out_at"),
        text: word("note"),
        nextStep: stepOf(nextStepsOf(database, root), id, word("next_step")),
        seen: 0,
        competitors: null,
        photos: 0, // they are in the archive as well
      };
    case "file":
      return {
        ...entry,
        kind,
        type: v.type as FileType,
        name: word("name"),
        caption: word("caption"),
        row: { ...fileOf(v), id, root, takenAt: at, personName },
      };
    case "note":
      return { ...entry, kind, text: word("body") };
    case "call":
      return {
        ...entry,
        kind,
        result: word("result") as CallResult | null,
        contactName: nameOf(database, "contact", word("contact")),
        text: word("note"),
      };
    case "task":
      return {
        ...entry,
        kind,
        title: word("title") ?? "",
        type: word("type") as TaskType | null,
        status: v.status as TaskStatus,
        due_day: word("due_day"),
      };
    case "order":
      return {
        ...entry,
        kind,
        number: word("number"),
        status: v.status as OrderStatus,
        amount: number("amount"),
        currency: word("currency"),
        lines: Array.isArray(v.lines) ? v.lines.length : 0,
      };
    case "shelf_check":
      return {
        ...entry,
        kind,
        name:
          nameOf(database, "product", word("product")) ??
          [word("competitor"), word("name")].filter((part) => part !== null).join(" · "),
        stock: word("stock") as ShelfCheckStock | null,
        price: number("price"),
        currency: word("currency"),
        facings: number("facings"),
        text: word("note"),
      };
    default:
      return null;
  }
}

const readers = (v: Readonly<Record<string, unknown>>) => ({
  word: (name: string) => (typeof v[name] === "string" ? v[name] : null),
  number: (name: string) => (typeof v[name] === "number" ? v[name] : null),
});

/** What the values of a file's record say of its bytes. */
function fileOf(v: Readonly<Record<string, unknown>>): Omit<FileRow, "id" | "root" | "takenAt" | "personName"> {
  const { word, number } = readers(v);
  const [digest, thumbnail] = [word("digest"), word("thumbnail")];
  return {
    visit: word("visit"),
    type: v.type as FileType,
    name: word("name"),
    caption: word("caption"),
    mediaType: word("media_type") ?? "",
    size: number("size") ?? 0,
    digest: digest ?? "",
    thumbnail,
    width: number("width"),
    height: number("height"),
    duration: number("duration"),
    person: word("person") ?? "",
    isStored: digest !== null && word("stored") === digest,
    isThumbnailStored: thumbnail !== null && word("stored_thumbnail") === thumbnail,
  };
}

function nameOf(database: Database, kind: "person" | "contact" | "product", id: string | null): string | null {
  if (id === null) return null;
  return database.get<{ name: string }>(`SELECT name FROM ${kind} WHERE id = ?`, [id])?.name ?? null;
}

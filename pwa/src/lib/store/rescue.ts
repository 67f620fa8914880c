/**
 * What is on this device alone, read out of a damaged file row by row as far as it goes: what waits with its counters, what no backup covers
 * yet, the list of what needs a look, and what was set here. All else the server has.
 */
import { clockFromStamp } from "$sync/clock.ts";
import type { Account } from "./account.ts";
import type { Dismissed } from "./attention.ts";
import type { Database } from "./database.ts";
import type { KeptRow } from "./kept-steps.ts";
import type { MetaName } from "./meta.ts";
import type { Queued } from "./outbox.ts";
import { type Row, Salvage } from "./salvage.ts";
import type { Rescue } from "./status.ts";
import type { Answered, Unsent } from "./unsent.ts";

/** Who may read, by which clock, and how the person wants it: what the next answer does not say, or too late. */
const SETTINGS: readonly MetaName[] = [
  "offset",
  "lease",
  "contact",
  "latest",
  "again",
  "wiping",
  "files_wifi_only",
  "older_budget",
];

/** Values of the store itself that go on in the new file, by their names. */
export type Settings = { readonly [name in MetaName]?: string };

/** What was read out of a damaged file. */
export interface Rescued {
  readonly unsent: Unsent;
  readonly settings: Settings;
  readonly told: Rescue;
}

/** Reads what is on this device alone; damage does not stop it. `account` is who signed in last. */
export function rescue(database: Database, account: Account): Rescued {
  const salvage = new Salvage(database);
  const [edits, ack] = [salvage.counter("edits"), salvage.counter("ack")];
  const span = edits === null || ack === null ? null : ([ack + 1, edits] as const);
  const waiting = salvage.numbered<Stored>("outbox", "n", span);
  const unsent = waiting.rows.flatMap(queuedOf);
  const taken = salvage.ordered<Stored>("kept", ["device", "n"]).rows.flatMap(keptOf);
  const looks = salvage.numbered<Dismissed & Row>("attention", "n");
  const answered = salvage.numbered<Answered & Row>("request", "seq").rows;
  const cursors = salvage.ordered<{ bucket: string; epoch: number }>("cursor", ["bucket"]).rows;
  const device = salvage.counter("device") || deviceOf(unsent) || account.device;
  const acknowledged = ack ?? firstOf(unsent, waiting.isWhole) ?? highestOf(taken, device);
  const stamps = [...unsent, ...taken].map(({ edit }) => edit.at).toSorted();
  const missing = span === null ? null : Math.max(0, span[1] - span[0] + 1 - unsent.length);
  return {
    unsent: {
      device,
      stamp: salvage.meta("stamp") ?? stamps.at(-1) ?? null,
      edits: edits ?? Math.max(acknowledged, unsent.at(-1)?.edit.n ?? 0),
      ack: acknowledged,
      buckets: Object.fromEntries(cursors.map(({ bucket, epoch }) => [bucket, epoch])),
      looks: looks.rows.toReversed(),
      unsent,
      answered,
      taken,
    },
    settings: Object.fromEntries(
      SETTINGS.map((name) => [name, salvage.meta(name)]).filter(([, value]) => value !== null),
    ),
    told: {
      saved: unsent.length,
      lost: waiting.isWhole ? waiting.rows.length - unsent.length : missing,
      isListWhole: looks.isWhole,
    },
  };
}

/** Tells whether the file may go: something was saved out of it, or nothing that waited is missing. */
export const isWorthIt = ({ told }: Rescued): boolean => told.saved > 0 || told.lost === 0;

/** Adds what was rescued before and may never have come into the file that is damaged by now. */
export function withEarlier(now: Rescued, before: Unsent | null, told: Rescue | null): Rescued {
  const known = new Set(now.unsent.unsent.map(({ edit }) => edit.at));
  const earlier = (before?.unsent ?? []).filter(({ edit }) => !known.has(edit.at));
  const all = [...earlier, ...now.unsent.unsent];
  const ack = before?.device === now.unsent.device ? before.ack : 0;
  const first = Math.max(now.unsent.ack, ack) + 1;
  const unsent = earlier.length === 0 ? all : all.map((one, at) => ({ ...one, edit: { ...one.edit, n: first + at } }));
  const taken = [...(before?.taken ?? []), ...now.unsent.taken];
  const looks = new Map([...(before?.looks ?? []), ...now.unsent.looks].map((one) => [lookName(one), one]));
  return {
    ...now,
    unsent: { ...now.unsent, ack: first - 1, unsent, taken, looks: [...looks.values()] },
    told: {
      saved: unsent.length,
      lost: told === null ? now.told.lost : lostOfBoth(now.told.lost, told.lost, before !== null),
      isListWhole: now.told.isListWhole && told?.isListWhole !== false,
    },
  };
}

/** What an entry of *Needs a look* is of, in whichever file. */
const lookName = ({ verdict, field, id, stamp, at }: Dismissed): string =>
  JSON.stringify([verdict, field, id, stamp, at]);

/** Where what was rescued before is in no file yet, both may be of the same file: what is lost in both is lost once. */
function lostOfBoth(one: number | null, other: number | null, isSame: boolean): number | null {
  if (one === null || other === null) return null;
  return isSame ? Math.max(one, other) : one + other;
}

/** A row of the outbox, or of the kept edits; an older file may say less. */
interface Stored extends Row {
  readonly n: number;
  readonly edit: string;
  readonly created_at: number;
  readonly verdict?: string;
  readonly hold?: number;
  readonly counted?: string | null;
  readonly device: number;
  readonly at: number;
}

/** None where the row lies on spoilt bytes. */
function queuedOf({ n, edit: text, created_at, verdict = "", hold = 0, counted = null }: Stored): Queued[] {
  const edit = jsonOf<Queued["edit"]>(text);
  if (edit?.n !== n) return [];
  return [{ edit, created_at, verdict, hold, counted: counted === null ? null : jsonOf(counted) }];
}

function keptOf({ n, device, edit: text, verdict = "", counted = null, at }: Stored): KeptRow[] {
  const edit = jsonOf<KeptRow["edit"]>(text);
  if (edit?.n !== n) return [];
  return [
    { device, edit, verdict, counted: (counted === null ? null : jsonOf<KeptRow["counted"]>(counted)) ?? {}, at },
  ];
}

function jsonOf<T>(text: string): T | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const deviceOf = (unsent: readonly Queued[]): number => {
  const last = unsent.at(-1);
  return last === undefined ? 0 : clockFromStamp(last.edit.at).device;
};

/** All before the first that waits is acknowledged, where it is known to be the first. */
const firstOf = ([first]: readonly Queued[], isWhole: boolean): number | null =>
  isWhole && first !== undefined ? first.edit.n - 1 : null;

const highestOf = (taken: readonly KeptRow[], of: number): number =>
  taken.findLast(({ device }) => device === of)?.edit.n ?? 0;

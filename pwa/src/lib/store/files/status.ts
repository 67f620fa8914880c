/** How the files on this device stand, as plain values that travel to every tab. */
import type { ProblemCode } from "$sync/schema.gen.ts";
import type { Boxed } from "./box.ts";

/** How a file on this device stands. `sent`: the server has it, and the record does not say so yet. */
export type FileState =
  | { readonly name: "waiting" }
  | { readonly name: "sending"; readonly share: number }
  | { readonly name: "refused"; readonly code: ProblemCode }
  | { readonly name: "sent" };

/** What the uploader tells of itself. */
export interface FilesStatus {
  /** Files, each with its small picture, that the server does not have; those that it refuses among them. */
  readonly waiting: number;
  /** Their bytes that are still to be sent, without what is refused. */
  readonly bytes: number;
  /** Whether a chunk is on its way. */
  readonly sending: boolean;
  /** Why nothing is sent though it could be: only on Wi-Fi, or the server has no room. */
  readonly held: "wifi" | "no_space" | null;
  readonly wifiOnly: boolean;
  /**
   * Records, no longer on this device, of which the server takes no bytes: deleted meanwhile, or another's. What is to become of the bytes
   * the person says.
   */
  readonly unclaimed: readonly string[];
  readonly states: { readonly [record: string]: FileState };
}

/** The status before anything is known. */
export const NO_FILES: FilesStatus = {
  waiting: 0,
  bytes: 0,
  sending: false,
  held: null,
  wifiOnly: false,
  unclaimed: [],
  states: {},
};

/** Files that the server does not take: they wait for a person, not for the network. */
export const notTaken = ({ states }: Pick<FilesStatus, "states">): number =>
  Object.values(states).filter(({ name }) => name === "refused").length;

/** Files that will be sent by themselves. */
export const toSend = (files: Pick<FilesStatus, "waiting" | "states">): number =>
  Math.max(0, files.waiting - notTaken(files));

/** Bytes that wait, and how it went so far. */
export interface Waiting {
  readonly entry: Boxed;
  /** The byte that the server wants next, as far as it is known. */
  readonly offset: number;
  readonly notBefore: number;
  readonly damaged: number;
  /** How often in a row the server knew no record that it could come under. */
  readonly unknown: number;
}

/** So often, before somebody is asked what is to become of bytes whose record is not here either. */
const UNKNOWN_TRIES = 2;

/** What the status is made of. */
export interface Standing extends Pick<FilesStatus, "held" | "wifiOnly"> {
  /** What waits, without that of deleted records. */
  readonly rows: readonly Waiting[];
  /** What is on its way. */
  readonly sending: Waiting | undefined;
  /** Records whose bytes the server has taken and that do not say so yet. */
  readonly sent: Iterable<string>;
  readonly isHere: (record: string) => boolean;
}

/** Returns what is told of it. */
export function statusOf({ rows, sending, sent, isHere, held, wifiOnly }: Standing): FilesStatus {
  const states: { [record: string]: FileState } = {};
  for (const record of sent) states[record] = { name: "sent" };
  let bytes = 0;
  for (const { entry, offset } of rows) {
    const state = states[entry.record];
    if (entry.problem !== null) {
      states[entry.record] = { name: "refused", code: entry.problem };
      continue;
    }
    bytes += entry.size - offset;
    if (state === undefined || state.name === "sent") states[entry.record] = { name: "waiting" };
  }
  if (sending !== undefined && sending.entry.problem === null) {
    const all = rows.filter(({ entry }) => entry.record === sending.entry.record);
    const size = all.reduce((sum, { entry }) => sum + entry.size, 0);
    const done = all.reduce((sum, { offset }) => sum + offset, 0);
    states[sending.entry.record] = { name: "sending", share: size === 0 ? 0 : done / size };
  }
  const unclaimed = unique(rows.filter(({ unknown }) => unknown >= UNKNOWN_TRIES)).filter((record) => !isHere(record));
  return { waiting: unique(rows).length, bytes, sending: sending !== undefined, held, wifiOnly, unclaimed, states };
}

const unique = (rows: readonly Waiting[]): string[] => [...new Set(rows.map(({ entry }) => entry.record))];

/** Parts: what the session is made of, what it tells of itself, and how long it waits. */
import type { DeviceReport, SyncReply, SyncRequest } from "$sync/messages.ts";
import type { Asked } from "../store/cursors.ts";
import type { Connection, SyncProblem } from "../store/status.ts";
import type { Timers } from "./timers.ts";
import type { Transport } from "./transport.ts";

/** What the session needs of the store. */
export interface SyncStore {
  budget: number;
  readonly waiting: number;
  /** Whether an edit waits whose number is above `n`. */
  waitsBeyond(n: number): boolean;
  /** Whether a checksum differs and the next request can say where (SPEC R64). */
  readonly isSuspect: boolean;
  /** Whether the server wants everything wiped and nothing unsent stands against it (SPEC R58). */
  readonly isWipeDue: boolean;
  /** `share` of 1 sends as many edits as allowed, a smaller one fewer, at least one; 0 sends none. */
  request(report: DeviceReport, share: number): SyncRequest;
  /** `sentMs` is null where the answer may have waited for us: it says nothing about the clock. */
  apply(reply: SyncReply, sentMs: number | null, receivedMs: number, asked: Asked): void;
  closeGap(expected: number): void;
  hold(numbers: readonly number[]): void;
  /** Lets what does not get through step behind the rest; tells whether there is any. Where not, `rotates` gives the next one its turn. */
  setAside(rotates: boolean): boolean;
  /** Whether rows may be read while it is open which edits of this device the server has (SPEC R42). */
  readonly mayReadOn: boolean;
  cursors(): { readonly [bucket: string]: readonly [number, number] };
}

/** What the session is made of. */
export interface SessionParts {
  readonly store: SyncStore;
  readonly transport: Transport;
  readonly timers: Timers;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** What the device tells of itself. */
  readonly report: () => DeviceReport;
  /** Called after every change of `state`. */
  readonly changed: () => void;
  /** Called when the store could not make a request or take an answer. */
  readonly failed: (reason: unknown) => void;
  /** Other waiting times than `TIMES`, for tests that would wait too long. */
  readonly times?: Partial<Times>;
  /** Called when everything is to go from this device; the session is over then. */
  readonly wipe: () => void;
}

/** What the session tells of itself. */
export interface SessionState {
  readonly connection: Connection;
  readonly syncing: boolean;
  /** Null after a good answer that was stored. */
  readonly problem: SyncProblem | null;
}

/** Why a round trip is wanted. */
export type WakeReason = "start" | "return" | "write" | "button" | "head" | "signed_in";

/** Waiting times in milliseconds. */
export type Times = { readonly [name in keyof typeof TIMES]: number };
export const TIMES = {
  /** Between round trips when nothing happens. */
  timer: 5 * 60_000,
  /** Least and greatest upper bound of the pause after a failure; the pause is drawn below it (full jitter). */
  firstPause: 250,
  longestPause: 60_000,
  /** The longest pause that the server can ask for. */
  longestAsked: 3_600_000,
  /** First and longest time-out of a request; the first load on a slow network needs the longer. */
  timeout: 30_000,
  /** First and longest bound of the pause before a live stream that was refused, or does not last, is opened again. */
  stream: 5_000,
  longestStream: 5 * 60_000,
  /** How long a live stream has to stand so that its end is no refusal. */
  steady: 20_000,
} as const;

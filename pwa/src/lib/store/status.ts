/** What the store tells of itself, as plain values that travel from the worker to every tab. */
import type { PersonRole, ProblemCode } from "$sync/schema.gen.ts";
import { type FilesStatus, NO_FILES } from "./files/status.ts";
import type { Lock } from "./lease.ts";

/** How far the store is. */
export type Phase =
  | { readonly name: "opening" }
  | {
      /** The device has not yet read all its buckets; queries work on what is there. */
      readonly name: "first_sync";
      readonly rows: number;
      readonly bucketsComplete: number;
      /** 0 until the server has named them. */
      readonly buckets: number;
    }
  | { readonly name: "ready" }
  | { readonly name: "failed"; readonly code: StoreFailure };

/** One's own work and what all share come before the territories. */
const OWN_AND_SHARED = 2;

/** Whether what this device has to have first is there: the settings, with them its person's own work. */
export const hasSettings = (phase: Phase): boolean =>
  phase.name !== "opening" && (phase.name !== "first_sync" || phase.bucketsComplete >= OWN_AND_SHARED);

/** Why the store cannot be opened. */
export type StoreFailure =
  /** The browser lacks something essential: workers, WebAssembly. */
  | "unsupported"
  /** The device's storage is full. */
  | "storage_full"
  /** The file was made by a newer version of the app. */
  | "newer_version"
  /** The person signed out, here or in another tab; the data is gone from the device. */
  | "signed_out"
  /** The server had this device wiped; data and sign-in are gone from it. */
  | "wiped"
  /** The file is damaged, and what waited in it cannot be read: only the person may say that it goes. */
  | "damaged"
  | "internal";

/** Why no request gets through: the code of the last refusal, or that its answers cannot be stored on this device. */
export type SyncProblem = ProblemCode | "not_stored";

/** What came of a damaged file, which was made anew. */
export interface Rescue {
  /** Edits that were read out of it and go on waiting. */
  readonly saved: number;
  /** Those that could not be read; null where nobody can tell how many there were. */
  readonly lost: number | null;
  /** Whether the list of what needs a look could be read to its end. */
  readonly isListWhole: boolean;
}

/**
 * How the device stands to the server. `connecting`: just opened, nothing is known yet; `waiting`: contact is good and edits
 * are on their way or about to be.
 */
export type Connection = "connecting" | "up_to_date" | "waiting" | "offline" | "signin_needed" | "update_needed";

/** How lasting the storage is: promised by the browser; kept until the browser needs the space; only the unsent edits are kept. */
export type Keeping = "promised" | "best_effort" | "not_kept";

/** How many of the buckets that are granted have been read up to their heads, while some have not. */
export interface Arriving {
  readonly complete: number;
  readonly granted: number;
}

/** What the store tells of itself. */
export interface StoreStatus {
  readonly phase: Phase;
  /** Also once the store is ready: a territory that was granted since; null where all has been read. */
  readonly arriving: Arriving | null;
  /** Edits saved here and not yet acknowledged by the server. */
  readonly waiting: number;
  /** Things that want a human ("needs a look"). */
  readonly attention: number;
  /** Those of them that the server refused: what was written is on this device alone. */
  readonly refused: number;
  readonly connection: Connection;
  /** True while a request is on its way. */
  readonly syncing: boolean;
  /** Null after a good answer that was stored. */
  readonly problem: SyncProblem | null;
  /** When the server last answered: milliseconds since 1970 UTC by the server's clock, null for never. */
  readonly lastContact: number | null;
  readonly keeping: Keeping;
  readonly storedBytes: number;
  /** Milliseconds to add to this device's clock to get the server's. */
  readonly clockOffset: number;
  /** Why nothing may be read, null if it may: queries fail with "locked" until the server has been reached. */
  readonly locked: Lock | null;
  /** What the person may do by now; null where nothing may be read. */
  readonly role: PersonRole | null;
  /** Photos, voice notes and documents whose bytes are on their way. */
  readonly files: FilesStatus;
  /** What was rescued out of a damaged file, until somebody has read it; null where nothing was damaged. */
  readonly rescued: Rescue | null;
}

/** The status before the worker has said anything. */
export const INITIAL_STATUS: StoreStatus = {
  phase: { name: "opening" },
  arriving: null,
  waiting: 0,
  attention: 0,
  refused: 0,
  connection: "connecting",
  syncing: false,
  problem: null,
  lastContact: null,
  keeping: "best_effort",
  storedBytes: 0,
  clockOffset: 0,
  locked: null,
  role: null,
  files: NO_FILES,
  rescued: null,
};

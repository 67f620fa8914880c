/** What pages, their workers and the leader say to each other. Plain values; every call carries its own number. */
import type { WakeReason } from "../sync/session-parts.ts";
import type { Account } from "./account.ts";
import type { Dismissed } from "./attention.ts";
import type { Change } from "./change.ts";
import type { Content } from "./files/box.ts";
import type { NewContent } from "./files/uploader.ts";
import type { OlderPage } from "./older.ts";
import type { QueryName } from "./queries/index.ts";
import type { Topic } from "./query.ts";
import type { StoreFailure, StoreStatus } from "./status.ts";

/** Something asked of the leader. A call may reach it twice; `write` carries a key because of that. */
export type Call =
  | { readonly name: "query"; readonly query: QueryName; readonly parameters: unknown }
  | { readonly name: "write"; readonly changes: readonly Change[]; readonly key: string; readonly together: boolean }
  | {
      readonly name: "add_file";
      readonly change: Change;
      readonly contents: readonly NewContent[];
      readonly key: string;
    }
  | { readonly name: "files_wifi_only"; readonly wifiOnly: boolean }
  | { readonly name: "send_files" }
  | { readonly name: "keep_copy"; readonly copy: Content }
  | { readonly name: "let_go_of_file"; readonly record: string }
  | { readonly name: "dismiss"; readonly attention: number }
  | { readonly name: "recall"; readonly dismissed: Dismissed }
  | { readonly name: "keep_older"; readonly customer: string; readonly after: string; readonly page: OlderPage }
  | { readonly name: "open_older"; readonly customer: string }
  | { readonly name: "older_budget"; readonly bytes: number }
  | { readonly name: "read_rescue" }
  | { readonly name: "export" }
  | { readonly name: "sign_out"; readonly exported: boolean };

/** What came of a call. */
export type Answer =
  | { readonly ok: true; readonly value: unknown; readonly reads: readonly Topic[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Why the data is gone from the device. */
export type Ending = Extract<StoreFailure, "signed_out" | "wiped">;

/** What a page's worker needs to begin. */
export interface Opening {
  readonly account: Account;
  readonly version: string;
}

/** From a page to its worker. */
export type ToWorker =
  | { readonly type: "open"; readonly opening: Opening }
  | { readonly type: "call"; readonly seq: number; readonly call: Call }
  /** The person has signed in again in this tab. */
  | { readonly type: "account"; readonly account: Account }
  | { readonly type: "wake"; readonly reason: WakeReason }
  /** Whether the browser promised to keep the storage; only a page can ask. */
  | { readonly type: "persisted"; readonly persisted: boolean }
  /** The person has given the damaged file up. */
  | { readonly type: "set_up_anew" }
  | { readonly type: "close" };

/** From a worker to its page. */
export type ToPage =
  | { readonly type: "answer"; readonly seq: number; readonly answer: Answer }
  | { readonly type: "changed"; readonly topics: readonly Topic[] }
  | { readonly type: "status"; readonly status: StoreStatus }
  /** The server knows this device by another number now. */
  | { readonly type: "account"; readonly account: Account }
  /** Another tab leads with a newer version of the app. */
  | { readonly type: "behind" };

/** Between the workers of one person, over a BroadcastChannel. */
export type Between =
  /** A new leader serves: calls without an answer are sent again. */
  | { readonly type: "leader"; readonly status: StoreStatus; readonly version: string }
  /** A new follower asks whether somebody leads. */
  | { readonly type: "hello"; readonly account: Account; readonly version: string }
  /** The person has signed in again: the server may know this device by another number now. */
  | { readonly type: "account"; readonly account: Account }
  | { readonly type: "call"; readonly from: string; readonly seq: number; readonly call: Call }
  | { readonly type: "answer"; readonly to: string; readonly seq: number; readonly answer: Answer }
  | { readonly type: "changed"; readonly topics: readonly Topic[] }
  | { readonly type: "status"; readonly status: StoreStatus }
  | { readonly type: "wake"; readonly reason: WakeReason }
  | { readonly type: "persisted"; readonly persisted: boolean }
  /** The data is gone: nobody is to lead, which would begin an empty store. */
  | { readonly type: "over"; readonly code: Ending };

/** Tells whether a version of the app, the time of its build, is newer than another. */
export const isNewer = (version: string, than: string): boolean => Number(version) > Number(than);

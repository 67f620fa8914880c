import { notTaken, toSend } from "#lib/store/files/status";
import type { StoreStatus } from "#lib/store/status";
import type { SyncState } from "#lib/ui/types";

/** Whether the device is full: as the store has met it, or with texts that wait for room. */
export const isOutOfRoom = ({ phase }: Pick<StoreStatus, "phase">, unsaved: number): boolean =>
  unsaved > 0 || (phase.name === "failed" && phase.code === "storage_full");

/** What of this device will be sent by itself: edits, and files that the server takes. */
export const leftToSend = ({ waiting, files }: Pick<StoreStatus, "waiting" | "files">): number =>
  waiting + toSend(files);

/** The one quiet chip that tells of the network: what the rep has to know, in the order in which it matters. */
export function syncState(
  status: Pick<StoreStatus, "phase" | "arriving" | "connection" | "problem" | "waiting" | "syncing" | "files">,
  unsaved = 0,
): SyncState {
  const { phase, connection, files, problem } = status;
  const count = leftToSend(status);
  if (isOutOfRoom(status, unsaved)) return { kind: "full", count };
  const syncing = status.syncing || files.sending;
  switch (connection) {
    case "signin_needed":
      return { kind: "needs-sign-in", count };
    case "connecting":
      if (phase.name === "failed") return { kind: "offline", count };
      return count === 0 ? { kind: "connecting" } : { kind: "waiting", count };
    case "offline":
    case "update_needed":
      return { kind: "offline", count };
    case "waiting":
      return syncing ? { kind: "sending", count } : { kind: "waiting", count };
    case "up_to_date":
      if (count > 0) return files.sending ? { kind: "sending", count } : { kind: "waiting", count };
      if (problem !== null) return { kind: "refused" };
      return receiving(status) ?? settled(notTaken(files));
  }
}

function settled(refused: number): SyncState {
  return refused > 0 ? { kind: "not-taken", count: refused } : { kind: "up-to-date" };
}

/** The first load, or that of what was granted since; null where all has been read. */
function receiving({ phase, arriving }: Pick<StoreStatus, "phase" | "arriving">): SyncState | null {
  if (phase.name === "first_sync")
    return { kind: "receiving", share: phase.buckets === 0 ? 0 : phase.bucketsComplete / phase.buckets };
  return arriving === null ? null : { kind: "receiving", share: arriving.complete / arriving.granted };
}

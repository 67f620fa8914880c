import type { StoreStatus } from "#lib/store/status";
import type { SyncState } from "#lib/ui/types";

/** The one quiet chip that tells of the network: what the rep has to know, in the order in which it matters. */
export function syncState(status: Pick<StoreStatus, "connection" | "waiting" | "syncing">): SyncState {
  const { connection, waiting: count, syncing } = status;
  switch (connection) {
    case "signin_needed":
      return { kind: "needs-sign-in", count };
    case "offline":
    case "update_needed":
      return { kind: "offline", count };
    case "waiting":
      return syncing ? { kind: "sending", count } : { kind: "waiting", count };
    case "up_to_date":
      return count === 0 ? { kind: "up-to-date" } : { kind: "waiting", count };
  }
}

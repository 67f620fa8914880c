import { m } from "#lib/i18n";
import type { StoreFailure } from "#lib/store/status";

/** The sentence for a store that could not be opened: why, and what helps. */
export function openingFailure(code: StoreFailure): string {
  switch (code) {
    case "storage_full":
      return m.errors_storage_full();
    case "newer_version":
      return m.errors_update_needed();
    case "unsupported":
      return m.errors_storage_blocked();
    case "damaged":
      return m.errors_damaged();
    default:
      return m.errors_store_failed();
  }
}

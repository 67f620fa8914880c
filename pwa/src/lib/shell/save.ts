/** Saving from a screen: what is refused or fails is said in words, never swallowed. */
import { m } from "#lib/i18n";
import { fieldLabel } from "#lib/i18n/fields";
import type { Change, WriteProblem } from "#lib/store/change";
import type { Store, WriteOptions } from "#lib/store/client";
import { StoreError } from "#lib/store/store-error";
import { toasts } from "#lib/ui/toasts.svelte";

/** Saves the changes on the device and answers whether they are on its disk; tells the person why they are not. */
export async function save(store: Store, changes: readonly Change[], options: WriteOptions = {}): Promise<boolean> {
  try {
    return await saveWritten(store, changes, options);
  } catch (reason) {
    toasts.show({ text: failure(StoreError.from(reason)), tone: "red" });
    return false;
  }
}

/** As `save`, for a Draft: rejects with StoreError `storage_full` where there is no room, because the words wait for some then. */
export async function saveWritten(
  store: Store,
  changes: readonly Change[],
  options: WriteOptions = {},
): Promise<boolean> {
  if (changes.length === 0) return true;
  try {
    const result = await store.write(changes, options);
    if (result.saved) return true;
    toasts.show({ text: refusal(result.problems[0]), tone: "red" });
  } catch (reason) {
    const error = StoreError.from(reason);
    if (error.code === "storage_full") throw error;
    toasts.show({ text: failure(error), tone: "red" });
  }
  return false;
}

/** The sentence for a write that was refused. */
export function refusal(problem: WriteProblem | undefined): string {
  if (problem?.code === "forbidden" || problem?.code === "forbidden_field") return m.errors_forbidden();
  if (problem?.code === "customer_removed") return m.errors_customer_removed();
  if (problem === undefined || problem.field === "") return m.errors_not_saved();
  return m.errors_invalid({ field: fieldLabel(problem.kind, problem.field) });
}

/** The sentence for a store that failed. */
export function failure(error: StoreError): string {
  if (error.code === "storage_full") return m.errors_storage_full();
  if (error.code === "not_fetched") return m.errors_not_fetched();
  return error.code === "internal" ? m.errors_text() : m.errors_store_failed();
}

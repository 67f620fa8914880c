/** Handing over a file, and what is known of it then: whoever is about to let go of what is in it has to know. */
import { saveCopy } from "./bytes";

/**
 * `saved`: it is on the disk where the person wanted it; `offered`: the browser was asked to download it, and does not say what came of
 * that; `cancelled`: there is none.
 */
export type SavedAs = "saved" | "offered" | "cancelled";

/** Of the File System Access API, which Firefox, Safari and phones do not have, what is asked here. */
export interface Picked {
  createWritable(): Promise<{ write(blob: Blob): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>;
}
type Pick = (options: { readonly suggestedName: string }) => Promise<Picked>;

interface Ways {
  readonly pick: Pick | undefined;
  readonly offer: (blob: Blob, name: string) => void;
}

const browserWays = (): Ways => ({
  pick: (globalThis as { showSaveFilePicker?: Pick }).showSaveFilePicker?.bind(globalThis),
  offer: saveCopy,
});

/**
 * Saves what `make` makes, where the person says; where he cannot be asked it is offered to him. Call it in the tap itself: he is asked
 * first. Rejects where it could not be written.
 */
export async function saveAs(name: string, make: () => Promise<Blob>, ways: Ways = browserWays()): Promise<SavedAs> {
  const picked = await pickWith(ways.pick, name);
  if (picked === "cancelled") return "cancelled";
  const blob = await make();
  if (picked === null) {
    ways.offer(blob, name);
    return "offered";
  }
  const file = await picked.createWritable();
  try {
    await file.write(blob);
    await file.close();
  } catch (reason) {
    await file.abort().catch(() => undefined);
    throw reason;
  }
  return "saved";
}

/** Null where he cannot be asked. */
async function pickWith(pick: Ways["pick"], suggestedName: string): Promise<Picked | "cancelled" | null> {
  try {
    return (await pick?.({ suggestedName })) ?? null;
  } catch (reason) {
    return reason instanceof DOMException && reason.name === "AbortError" ? "cancelled" : null;
  }
}

/** A file's bytes as an address that a picture or a player takes; let go of when the screen goes. */
import { untrack } from "svelte";
import type { Store } from "#lib/store/client";
import type { Part } from "#lib/store/files/box";
import type { FileRow } from "#lib/store/queries/files";
import { bytesOf, type Found } from "./bytes";

/** How far the bytes are. */
export type Opened =
  | { readonly name: "opening" }
  | { readonly name: "here"; readonly url: string; readonly blob: Blob }
  | Exclude<Found, { readonly name: "here" }>;

/** Follows `file`; null opens nothing. Call it while a component is made. */
export function opened(store: Store, file: () => FileRow | null, part: Part): { readonly current: Opened } {
  let current = $state.raw<Opened>({ name: "opening" });
  const row = $derived(file());
  // Another caption is no reason to open it again, and what is open stays so when the server has it, too.
  const key = $derived(row === null ? "" : `${row.id} ${row.digest}`);
  const isStored = $derived(row !== null && (part === "file" ? row.isStored : row.isThumbnailStored));
  let url = "";
  let openedKey = "";

  function forget() {
    if (url !== "") URL.revokeObjectURL(url);
    url = "";
    openedKey = "";
  }

  $effect(() => {
    void isStored;
    const asked = untrack(() => row);
    if (key === openedKey && url !== "") return;
    forget();
    current = { name: "opening" };
    if (key === "" || asked === null) return;
    let isGone = false;
    void bytesOf(store, asked, part).then((found) => {
      if (isGone) return;
      if (found.name !== "here") {
        current = found;
        return;
      }
      url = URL.createObjectURL(found.blob);
      openedKey = `${asked.id} ${asked.digest}`;
      current = { name: "here", url, blob: found.blob };
    });
    return () => {
      isGone = true;
    };
  });
  $effect(() => forget);
  return {
    get current() {
      return current;
    },
  };
}

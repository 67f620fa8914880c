/** The bytes of a file for a screen: from this device where they are here, else from the server, and kept then. */
import { fetchFile } from "#lib/api/files";
import { api } from "#lib/shell/api";
import type { Store } from "#lib/store/client";
import type { Part } from "#lib/store/files/box";
import { IndexedBox } from "#lib/store/files/indexed-box";
import type { FileRow } from "#lib/store/queries/files";

/** What came of it. `elsewhere`: the server does not have them yet. */
export type Found =
  | { readonly name: "here"; readonly blob: Blob }
  | { readonly name: "elsewhere" | "offline" | "no_answer" | "gone" };

/** What is being fetched: two places that show the same picture ask once. */
const underWay = new Map<string, Promise<Found>>();

/** Returns a file's bytes, or its small picture's. */
export function bytesOf(store: Store, file: FileRow, part: Part): Promise<Found> {
  const key = `${store.account.person} ${file.id} ${part}`;
  const known = underWay.get(key);
  if (known !== undefined) return known;
  const asked = find(store, file, part).finally(() => underWay.delete(key));
  underWay.set(key, asked);
  return asked;
}

async function find(store: Store, file: FileRow, part: Part): Promise<Found> {
  const box = new IndexedBox(store.account.person);
  const mediaType = part === "file" ? file.mediaType : "image/jpeg";
  const kept = await box.bytes(file.id, part).catch(() => null);
  if (kept !== null) {
    void box.update(file.id, part, { usedAt: Date.now() }).catch(() => undefined);
    return { name: "here", blob: new Blob([kept], { type: mediaType }) };
  }
  const digest = part === "file" ? file.digest : file.thumbnail;
  if (digest === null || !(part === "file" ? file.isStored : file.isThumbnailStored)) return { name: "elsewhere" };
  const fetched = await fetchFile(api, file.id, digest, part === "file" ? file.size : null);
  if (!fetched.ok) {
    const { code } = fetched.problem;
    return { name: code === "offline" || code === "no_answer" ? code : "gone" };
  }
  const bytes = fetched.value;
  const now = Date.now();
  const copy = { record: file.id, root: file.root, part, digest, mediaType, size: bytes.byteLength, bytes };
  // Whether there is room for a copy or not: it is shown.
  await store
    .keepCopy({ ...copy, waiting: false, values: null, problem: null, addedAt: now, usedAt: now })
    .catch(() => undefined);
  return { name: "here", blob: new Blob([bytes], { type: mediaType }) };
}

/** Hands a file to the person, for whatever else the device has. */
export function saveCopy(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** `photo-2026-11-26-0914.jpg`: what a file is called that has no name of its own. */
export function nameOf(file: Pick<FileRow, "name" | "type" | "takenAt" | "mediaType">): string {
  if (file.name !== null) return file.name;
  const when = new Date(file.takenAt).toISOString().slice(0, 16).replace("T", "-").replace(":", "");
  const [, sub = "bin"] = file.mediaType.split(";")[0]?.split("/") ?? [];
  return `${file.type}-${when}.${sub === "jpeg" ? "jpg" : sub}`;
}

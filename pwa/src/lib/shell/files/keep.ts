/** Keeping what was taken, recorded or chosen: shrunk, named by its digest, saved on the device. */
import { createFile, documentType, MAX_FILE, type NewFile } from "#lib/domain/file";
import { typeOfContent } from "#lib/domain/file-content";
import { fmt, m } from "#lib/i18n";
import { failure, refusal } from "#lib/shell/save";
import type { Store } from "#lib/store/client";
import type { NewContent } from "#lib/store/files/uploader";
import { StoreError } from "#lib/store/store-error";
import type { FileType } from "$sync/schema.gen";
import { PHOTO_TYPE, shrink } from "./shrink";

/** What a file belongs to. */
export interface Belonging {
  readonly customer: string;
  /** null for none. */
  readonly visit: string | null;
}

/** What became of it. `no_room`: nothing was saved, and whoever holds the picture must not let it go. */
export type KeptResult =
  | { readonly name: "kept"; readonly id: string }
  | { readonly name: "no_room" }
  | { readonly name: "refused"; readonly text: string };

/** Keeps a photo; where this browser cannot read the picture, it says so. */
export async function keepPhoto(store: Store, to: Belonging, picture: Blob): Promise<KeptResult> {
  let shrunk: Awaited<ReturnType<typeof shrink>>;
  try {
    shrunk = await shrink(picture);
  } catch {
    return { name: "refused", text: m.files_unreadable() };
  }
  const { bytes, thumbnail, width, height } = shrunk;
  const small: NewContent = await contentOf("thumbnail", PHOTO_TYPE, thumbnail);
  return keep(store, to, "photo", PHOTO_TYPE, bytes, {
    ...{ width, height, name: null },
    thumbnail: { digest: small.digest, size: thumbnail.byteLength },
    small,
  });
}

/** Keeps what was recorded, under the id of its take; `more` is what a take says that somebody left behind. */
export async function keepVoice(
  store: Store,
  to: Belonging,
  recording: Blob,
  duration: number,
  more: Pick<NewFile, "id"> & Partial<Pick<NewFile, "takenAt" | "caption">>,
): Promise<KeptResult> {
  return keep(store, to, "voice", recording.type, await recording.arrayBuffer(), { duration, name: null, ...more });
}

/** Keeps a document as it is; a picture among documents too. */
export async function keepDocument(store: Store, to: Belonging, file: File): Promise<KeptResult> {
  const named = documentType(file.name);
  if (named === null) return { name: "refused", text: m.files_wrong_type() };
  if (file.size > MAX_FILE) return { name: "refused", text: m.files_too_large({ size: fmt.bytes(MAX_FILE) }) };
  if (file.size === 0) return { name: "refused", text: m.files_empty() };
  const bytes = await file.arrayBuffer();
  const mediaType = typeOfContent(named, new Uint8Array(bytes));
  if (mediaType === null) return { name: "refused", text: m.files_wrong_type() };
  return keep(store, to, "document", mediaType, bytes, { name: file.name });
}

type More = Pick<NewFile, "name"> &
  Partial<Pick<NewFile, "id" | "takenAt" | "caption" | "width" | "height" | "duration" | "thumbnail">> & {
    readonly small?: NewContent;
  };

async function keep(
  store: Store,
  { customer, visit }: Belonging,
  type: FileType,
  mediaType: string,
  bytes: ArrayBuffer,
  { small, id = store.newId(), takenAt = store.now(), ...more }: More,
): Promise<KeptResult> {
  if (bytes.byteLength > MAX_FILE) return { name: "refused", text: m.files_too_large({ size: fmt.bytes(MAX_FILE) }) };
  const content = await contentOf("file", mediaType, bytes);
  const { person } = store.account;
  const size = bytes.byteLength;
  const known = { id, customer, visit, person, type, mediaType, size, digest: content.digest, takenAt };
  try {
    const contents = small === undefined ? [content] : [content, small];
    const result = await store.addFile(createFile({ ...known, ...more }), contents);
    return result.saved ? { name: "kept", id } : { name: "refused", text: refusal(result.problems[0]) };
  } catch (reason) {
    const error = StoreError.from(reason);
    return error.code === "storage_full" ? { name: "no_room" } : { name: "refused", text: failure(error) };
  }
}

async function contentOf(part: NewContent["part"], mediaType: string, bytes: ArrayBuffer): Promise<NewContent> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { part, mediaType, bytes, digest: [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
}

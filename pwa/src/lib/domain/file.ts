/** Files: the record of a photo, a voice note or a document, and where its bytes are. Values of their arguments. */
import type { ChangeOf } from "#lib/store/change";
import type { FileState, FilesStatus } from "#lib/store/files/status";
import type { FileRow } from "#lib/store/queries/files";
import type { FileType } from "$sync/schema.gen";

/** The longer side of a photo, and of its small picture, in pixels. */
export const PHOTO_SIDE = 1_600;
export const THUMBNAIL_SIDE = 320;
/** Bytes that the server takes of one file; the schema says the same of `size` (a test compares). */
export const MAX_FILE = 32 * 1024 * 1024;

/** Documents that the server takes, by the end of their name: browsers often know no type for them. */
export const DOCUMENT_TYPES: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odp: "application/vnd.oasis.opendocument.presentation",
  txt: "text/plain",
  csv: "text/csv",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
};

/** Returns the type of a document, null where it is of a kind that nobody takes. */
export function documentType(name: string): string | null {
  const end = name.toLowerCase().split(".").at(-1) ?? "";
  return Object.hasOwn(DOCUMENT_TYPES, end) ? (DOCUMENT_TYPES[end] ?? null) : null;
}

/** Width and height that fit into a square of `side`, never larger than they are, at least a pixel. */
export function fitInto(width: number, height: number, side: number): readonly [number, number] {
  const share = Math.min(1, side / Math.max(width, height));
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
}

/** What is known of new bytes. */
export interface NewFile {
  readonly id: string;
  readonly customer: string;
  readonly person: string;
  /** The visit on which it was made, null for none. */
  readonly visit: string | null;
  readonly type: FileType;
  readonly name: string | null;
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
  readonly thumbnail?: { readonly digest: string; readonly size: number };
  readonly width?: number;
  readonly height?: number;
  readonly duration?: number;
  readonly takenAt: number;
  /** What it shows or says, in words. */
  readonly caption?: string;
}

/** The record of new bytes. */
export function createFile(file: NewFile): ChangeOf<"file"> {
  const { id, customer, person, visit, type, name, mediaType, size, digest, thumbnail, takenAt } = file;
  const v = {
    customer,
    person,
    type,
    media_type: mediaType,
    size,
    digest,
    taken_at: takenAt,
    ...(visit !== null && { visit }),
    ...(name !== null && { name: name.slice(0, 200) }),
    ...(thumbnail !== undefined && { thumbnail: thumbnail.digest, thumbnail_size: thumbnail.size }),
    ...(file.caption !== undefined && { caption: file.caption }),
    ...(file.width !== undefined && { width: file.width }),
    ...(file.height !== undefined && { height: file.height }),
    ...(file.duration !== undefined && { duration: Math.round(file.duration) }),
  };
  return { kind: "file", id, root: customer, v };
}

type Key = Pick<FileRow, "id" | "root">;

/** What it shows, in words; nothing clears it. */
export const setCaption = ({ id, root }: Key, text: string): ChangeOf<"file">[] => [
  { kind: "file", id, root, v: { caption: text.trim() === "" ? null : text.trim() } },
];

/** Takes it away, or brings it back. */
export const removeFile = ({ id, root }: Key): ChangeOf<"file">[] => [{ kind: "file", id, root, v: { deleted: true } }];
export const restoreFile = ({ id, root }: Key): ChangeOf<"file">[] => [
  { kind: "file", id, root, v: { deleted: false } },
];

/** Where a file's bytes are, as far as this device knows. */
export type Whereabouts =
  | FileState
  /** It waits for a network that costs nothing. */
  | { readonly name: "wifi" }
  /** Only the device that made it has it. */
  | { readonly name: "elsewhere" };

/** Returns where a file's bytes are. */
export function whereaboutsOf(file: Pick<FileRow, "id" | "isStored">, status: FilesStatus): Whereabouts {
  const state = status.states[file.id];
  if (state?.name === "waiting" && status.held === "wifi") return { name: "wifi" };
  if (state !== undefined) return state;
  return { name: file.isStored ? "sent" : "elsewhere" };
}

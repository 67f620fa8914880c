/** A document is opened by whatever the device has for it. */
import { m } from "#lib/i18n";
import type { Store } from "#lib/store/client";
import type { FileRow } from "#lib/store/queries/files";
import { toasts } from "#lib/ui/toasts.svelte";
import { bytesOf, nameOf, saveCopy } from "./bytes";

/** Hands a document to the person, or says why it cannot be had. */
export async function openDocument(store: Store, file: FileRow): Promise<void> {
  const found = await bytesOf(store, file, "file");
  if (found.name === "here") return saveCopy(found.blob, nameOf(file));
  const text = {
    elsewhere: m.files_elsewhere_text,
    offline: m.files_offline,
    no_answer: m.files_no_answer,
    gone: m.files_gone,
  }[found.name];
  toasts.show({ text: text() });
}

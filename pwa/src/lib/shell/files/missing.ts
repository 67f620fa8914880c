/** Why a file cannot be opened here, in words; null while it can, or may yet. */
import { m } from "#lib/i18n";
import type { Opened } from "./opened.svelte";

export function missingText({ name }: Opened): string | null {
  switch (name) {
    case "elsewhere":
      return m.files_elsewhere_text();
    case "offline":
      return m.files_offline();
    case "no_answer":
      return m.files_no_answer();
    case "gone":
      return m.files_gone();
    default:
      return null;
  }
}

import { type Locale, m, reader } from "#lib/i18n";
import { toasts } from "./toasts.svelte";

/** Changes the language; where its words cannot be had, says so and leaves everything as it is. */
export async function changeLocale(locale: Locale): Promise<void> {
  try {
    await reader.setLocale(locale);
  } catch {
    toasts.show({ text: m.common_needs_network() });
  }
}

import { redirect } from "@sveltejs/kit";
import { reader } from "#lib/i18n";
import { session } from "#lib/shell/session.svelte";
import type { LayoutLoad } from "./$types";

/** Nobody is here without having signed in on this device once; the network is not asked. */
export const load: LayoutLoad = async ({ url }) => {
  if (!(await session.resume())) redirect(307, `/signin?to=${encodeURIComponent(url.pathname + url.search)}`);
  await reader.open(); // after the sign-in only the first words may be here
};

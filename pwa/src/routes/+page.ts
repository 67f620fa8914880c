import { redirect } from "@sveltejs/kit";
import { session } from "#lib/shell/session.svelte";
import { shell } from "#lib/shell/shell.svelte";
import { home } from "#lib/ui/navigation";
import type { PageLoad } from "./$types";

export const load: PageLoad = async () => {
  // Without an address to come back to: the first screen depends on the role, which only signing in tells.
  redirect(307, (await session.resume()) ? home(shell.role) : "/signin");
};

import { redirect } from "@sveltejs/kit";
import { session } from "#lib/shell/session.svelte";
import { shell } from "#lib/shell/shell.svelte";
import { home } from "#lib/ui/navigation";
import type { PageLoad } from "./$types";

export const load: PageLoad = () => {
  session.resume(); // tells the role, on which the first screen depends
  redirect(307, home(shell.role));
};

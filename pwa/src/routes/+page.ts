import { redirect } from "@sveltejs/kit";
import { shell } from "#lib/shell/shell.svelte";
import { home } from "#lib/ui/navigation";
import type { PageLoad } from "./$types";

export const load: PageLoad = () => redirect(307, home(shell.role));

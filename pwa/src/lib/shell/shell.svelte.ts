import type { NavBadges, Role } from "#lib/ui/navigation";
import type { SyncState } from "#lib/ui/types";

/** What the frame around every screen shows. The session writes it; the frame and the page headers read it. */
class Shell {
  role = $state<Role>("rep");
  /** The person signed in, for the avatar; empty before sign-in. */
  person = $state("");
  sync = $state<SyncState>({ kind: "up-to-date" });
  badges = $state<NavBadges>({});
}

export const shell = new Shell();

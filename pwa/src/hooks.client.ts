import { reader } from "#lib/i18n";
import { session } from "#lib/shell/session.svelte";

const SIGN_IN = "/signin";

/** Opens the store while the screens and the words are still being loaded: the first rows are there a third of a second earlier. */
export async function init(): Promise<void> {
  const resuming = session.resume(); // mostly not awaited: it would hold the first paint back; the layout waits for it where it needs it
  if (location.pathname === SIGN_IN || (isNewcomer() && !(await resuming.catch(() => false))))
    return reader.openFirst();
  const words = reader.open();
  void reader.timeZone; // wakes Intl while the words come; every screen asks it something
  await words;
}

/** Whoever has the app is served by its service worker; static/boot.js asks the same. */
const isNewcomer = () => location.pathname === "/" && !navigator.serviceWorker?.controller;

/** Small habits kept in `localStorage`. A browser that refuses it (its owner forbids it) is no failure: they last until the app is closed. */

/** What was remembered under `key`, null for nothing. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Remembers `value` under `key`; null forgets it. */
export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // It lasts until the app is closed.
  }
}

/** What this tab was told to keep under `key`, null for nothing: it is there after a reload, and gone with the tab. */
export function keptInTab(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** What of this tab's is a person's begins so. */
const PERSONAL = "routebook.";
const byName: Map<string, unknown>[] = [];

/** Forgets all that this tab keeps of its person. */
export function forgetTab(): void {
  for (const kept of byName) kept.clear();
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PERSONAL)) sessionStorage.removeItem(key);
  } catch {
    // It keeps nothing.
  }
}

/** What is kept in this tab by name; changes are written down when the page is left or out of sight, because they may be many. */
export function keptByName<T>(key: string): Map<string, T> {
  let kept: Map<string, T>;
  try {
    kept = new Map<string, T>(JSON.parse(keptInTab(key) ?? "[]"));
  } catch {
    kept = new Map(); // damaged: everything begins anew
  }
  byName.push(kept);
  // What is out of sight may be ended without a word.
  for (const event of ["pagehide", "visibilitychange"])
    globalThis.addEventListener?.(event, () => keepInTab(key, JSON.stringify([...kept])));
  return kept;
}

/** Keeps `value` for as long as the tab is open; null forgets it. */
export function keepInTab(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // It lasts until the page is loaded anew.
  }
}

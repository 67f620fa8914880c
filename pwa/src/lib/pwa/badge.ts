/** The number on the app's icon: what waits to be sent, so that nobody switches off a phone that holds work. */

/** The part of a navigator that shows it; absent in many browsers. */
export interface Badging {
  setAppBadge?(count: number): Promise<void>;
  clearAppBadge?(): Promise<void>;
}

/** Shows `count`, or nothing for none. A browser that does not allow it (an app that is not installed) is no failure. */
export async function showBadge(count: number, badging: Badging): Promise<void> {
  try {
    await (count > 0 ? badging.setAppBadge?.(count) : badging.clearAppBadge?.());
  } catch (reason) {
    if (!(reason instanceof DOMException)) throw reason;
  }
}

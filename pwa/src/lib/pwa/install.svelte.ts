/** Putting the app on the home screen: whether it is there, and how it gets there from this browser. */

import { remember, remembered } from "#lib/browser/remembered";

/** Chromium's own event; no standard names it. */
interface InstallEvent extends Event {
  prompt(): Promise<{ readonly outcome: "accepted" | "dismissed" }>;
}

/**
 * `installed`: there is nothing to do. `ready`: the browser asks when it is told to. `steps`: on an iPhone or iPad the person
 * does it himself. `unknown`: the browser may offer it in its menu, or not at all.
 */
export type InstallState = "installed" | "ready" | "steps" | "unknown";

const LATER_KEY = "routebook.install-later";
/** Who said "later" is not asked again for so long. */
export const LATER_MS = 30 * 86_400_000;

class Install {
  state = $state<InstallState>("unknown");
  /** UTC milliseconds until which the person does not want to hear of it. */
  quietUntil = $state(0);
  #event: InstallEvent | null = null;

  /** Call once when the app starts: Chromium tells early, and only once. `isApple`: whether this is an iPhone or iPad. */
  start(isApple: boolean): void {
    const standalone = matchMedia("(display-mode: standalone)");
    this.state = standalone.matches ? "installed" : isApple ? "steps" : "unknown";
    this.quietUntil = Number(remembered(LATER_KEY)) || 0;
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.#event = event as InstallEvent;
      this.state = "ready";
    });
    addEventListener("appinstalled", () => {
      this.#event = null;
      this.state = "installed";
    });
  }

  /** Lets the browser ask; a tap has to lead here. An event serves once. */
  async ask(now: number): Promise<void> {
    const event = this.#event;
    if (event === null) return;
    this.#event = null;
    const { outcome } = await event.prompt();
    this.state = outcome === "accepted" ? "installed" : "unknown";
    if (outcome === "dismissed") this.later(now);
  }

  later(now: number): void {
    this.quietUntil = now + LATER_MS;
    remember(LATER_KEY, String(this.quietUntil));
  }
}

export const install = new Install();

/** Registers the service worker and lets the user decide when a new version takes over. */

import { keepInTab, keptInTab } from "#lib/browser/remembered";
import { version } from "$app/env";

const HOUR = 3_600_000;
/** The version that this tab began anew from by itself. */
const LEFT = "routebook-left-version";

class Updates {
  /** A new version is on the device and waits. */
  ready = $state(false);
  /** Another tab runs it already. */
  isBehind = $state(false);
  #waiting: ServiceWorker | null = null;
  #accepted = false;

  /** Call once when the app starts. */
  async start(): Promise<void> {
    if (!("serviceWorker" in navigator)) return;
    // The page that was open keeps its own version until the user accepts; then it starts again with the new one.
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      if (this.#accepted) location.reload();
    });
    const registration = await navigator.serviceWorker
      .register("/service-worker.js", { type: "module", updateViaCache: "none" })
      .catch(() => undefined); // a browser that refuses it, or no network at the first start: asked again at the next one
    // A browser that is told to block service workers answers with nothing at all.
    if (registration === undefined) return;
    this.#watch(registration);
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing;
      coming?.addEventListener("statechange", () => this.#watch(registration));
    });
    const look = () => void registration.update().catch(() => undefined); // without network there is nothing to find
    setInterval(look, HOUR);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") look();
    });
  }

  /** Another tab has taken the new version: here it is offered, too. */
  fallBehind(): void {
    this.isBehind = true;
    this.ready = true;
  }

  /** Begins anew without being asked; once, because a page that comes back as it was would do so for ever. */
  restart(): void {
    if (keptInTab(LEFT) === version) return;
    keepInTab(LEFT, version);
    if (keptInTab(LEFT) === version) location.reload();
  }

  accept(): void {
    // It is in charge already, at the wish of another tab, and nothing more would change.
    if (this.#waiting?.state !== "installed") {
      location.reload();
      return;
    }
    this.#accepted = true;
    this.#waiting.postMessage("skip-waiting");
  }

  later(): void {
    this.ready = false;
  }

  #watch(registration: ServiceWorkerRegistration): void {
    // The very first version has nobody to ask.
    if (registration.waiting === null || navigator.serviceWorker.controller === null) return;
    this.#waiting = registration.waiting;
    this.ready = true;
  }
}

export const updates = new Updates();

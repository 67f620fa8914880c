/** What a screen was like when it was left, for whoever comes back to it. */
import { keptByName } from "#lib/browser/remembered";
import { beforeNavigate } from "$app/navigation";

const kept = keptByName<object>("routebook.screens");
let isBack = true;

/** True after a step back or forward, and after a reload; false where a link led to the screen. */
export const isReturn = (): boolean => isBack;

/** Follows how screens are come to. Call it once, while the layout of all screens is made. */
export function followReturns(): void {
  beforeNavigate(({ type }) => {
    isBack = type === "popstate";
  });
}

/** What was kept of a screen under `name`; `fresh` for a first visit. */
export const recallScreen = <T extends object>(name: string, fresh: T): T => ({ ...fresh, ...kept.get(name) });

/** Keeps it until the tab is closed. */
export const keepScreen = (name: string, state: object): void => void kept.set(name, state);

/** When the app may say something by itself: never into the middle of what somebody is writing. */

/** What an offer of a new version depends on. */
export interface Moment {
  /** A new version waits. */
  readonly ready: boolean;
  /** It has been offered already. */
  readonly wasOffered: boolean;
  /** The focus is in a field. */
  readonly writing: boolean;
  /** How many sheets are open. */
  readonly sheets: number;
}

/** Tells whether a new version is offered now; what is offered stays until it is answered. */
export const mayOffer = ({ ready, wasOffered, writing, sheets }: Moment): boolean =>
  ready && (wasOffered || (!writing && sheets === 0));

/** What beginning anew by itself depends on. */
export interface Rest {
  /** Another tab runs a newer version, and answers here too. */
  readonly behind: boolean;
  /** A visit or an order is on the screen. */
  readonly working: boolean;
  readonly writing: boolean;
  readonly sheets: number;
  /** How many texts wait for room on the device. */
  readonly unsaved: number;
  /** How many offers to take something back are shown. */
  readonly toasts: number;
}

/** Tells whether the page may begin anew by itself once nobody looks at it: nothing in it is half written. */
export const mayRestart = ({ behind, working, writing, sheets, unsaved, toasts }: Rest): boolean =>
  behind && !working && !writing && sheets === 0 && unsaved === 0 && toasts === 0;

/** How long a page has been hidden before nobody is said to look at it; what it saves on being hidden is saved by then. */
const AWAY_MS = 2_000;

/** Does `work` when the page has been hidden for a while; returns the way to call it off. */
export function whenAway(work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = setTimeout(work, AWAY_MS);
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

const FIELD = "input, textarea, select, [contenteditable]";

/** Whether the page has a field, in which something may be written that is nowhere else. */
export const hasField = (): boolean => document.querySelector(`main :is(${FIELD})`) !== null;

/** Whether the focus is in a field. Call it while a component is made. */
export function followWriting(): { readonly now: boolean } {
  let isWriting = $state(false);
  $effect(() => {
    const look = () => {
      isWriting = document.activeElement?.matches(FIELD) === true;
    };
    look();
    // While the focus goes from one element to the next it is in none.
    const lookSoon = () => queueMicrotask(look);
    document.addEventListener("focusin", look);
    document.addEventListener("focusout", lookSoon);
    return () => {
      document.removeEventListener("focusin", look);
      document.removeEventListener("focusout", lookSoon);
    };
  });
  return {
    get now() {
      return isWriting;
    },
  };
}

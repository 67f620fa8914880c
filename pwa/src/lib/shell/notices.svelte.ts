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

const FIELD = "input, textarea, select, [contenteditable]";

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

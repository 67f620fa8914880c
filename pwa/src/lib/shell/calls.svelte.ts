/** The call that the person is making: kept until the phone comes back and its result is asked for. */

import Phone from "@lucide/svelte/icons/phone";
import { remember, remembered } from "#lib/browser/remembered";
import { type BegunCall, begunCallOf } from "#lib/domain/call";
import { m } from "#lib/i18n";
import { toasts } from "#lib/ui/toasts.svelte";

const KEY = "routebook.call";
/** Where no telephone takes over the screen (a desk with a softphone), one is asked after this. */
const STILL_HERE_MS = 2500;

class Calls {
  /** The call whose result is asked for, null while there is none. */
  asked = $state.raw<BegunCall | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** A link that dials has been pressed. */
  begin(call: BegunCall): void {
    remember(KEY, JSON.stringify(call));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.comeBack(call.at + STILL_HERE_MS), STILL_HERE_MS);
  }

  /** The person looks at the app at `now`; a call that was begun is asked about. */
  comeBack(now: number): void {
    if (document.visibilityState !== "visible") return;
    const call = begunCallOf(remembered(KEY), now);
    if (call !== null) this.asked = call;
  }

  /** Not now: it is asked about again at the next return to the app, or by a tap. Only an answer ends it. */
  putAway(now: () => number): void {
    if (this.asked === null) return;
    clearTimeout(this.timer);
    this.asked = null;
    const undo = () => this.comeBack(now());
    toasts.show({ text: m.add_call_waits(), icon: Phone, label: m.add_call(), undo });
  }

  /** It is logged, or was never made. */
  end(): void {
    clearTimeout(this.timer);
    remember(KEY, null);
    this.asked = null;
  }
}

export const calls = new Calls();

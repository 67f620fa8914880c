/** The calls that the person is making: kept until the phone comes back and their results are asked for, the newest first. */

import Phone from "@lucide/svelte/icons/phone";
import { remember, remembered } from "#lib/browser/remembered";
import { type BegunCall, begunCallsOf, withBegun } from "#lib/domain/call";
import { m } from "#lib/i18n";
import { toasts } from "#lib/ui/toasts.svelte";

const KEY = "routebook.call";
/** Where no telephone takes over the screen (a desk with a softphone), one is asked after this. */
const STILL_HERE_MS = 2500;
/** The next question comes after the last one has gone, so that nobody answers it with the same tap. */
const NEXT_MS = 600;

const isSame = (one: BegunCall, other: BegunCall | null) => one.at === other?.at && one.customer === other.customer;

class Calls {
  /** The call whose result is asked for, null while there is none. */
  asked = $state.raw<BegunCall | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** A link that dials has been pressed. */
  begin(call: BegunCall): void {
    keep(withBegun(begunCallsOf(remembered(KEY), call.at), call));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.comeBack(call.at + STILL_HERE_MS), STILL_HERE_MS);
  }

  /** The person looks at the app at `now`; a call that was begun is asked about. */
  comeBack(now: number): void {
    if (document.visibilityState !== "visible") return;
    const waiting = begunCallsOf(remembered(KEY), now);
    // A question that stands is not changed under the finger.
    if (!waiting.some((one) => isSame(one, this.asked))) this.asked = waiting[0] ?? this.asked;
  }

  /** Not now: it is asked about again at the next return to the app, or by a tap. Only an answer ends it. */
  putAway(now: () => number): void {
    if (this.asked === null) return;
    clearTimeout(this.timer);
    this.asked = null;
    const undo = () => this.comeBack(now());
    toasts.show({ text: m.add_call_waits(), icon: Phone, label: m.add_call(), undo });
  }

  /** It is logged, or was never made; another one that waits is asked about next. */
  end(now: () => number): void {
    clearTimeout(this.timer);
    const left = begunCallsOf(remembered(KEY), now()).filter((one) => !isSame(one, this.asked));
    keep(left);
    this.asked = null;
    if (left.length > 0) this.timer = setTimeout(() => this.comeBack(now()), NEXT_MS);
  }

  /** Nobody is asked about any of them. */
  forget(): void {
    clearTimeout(this.timer);
    keep([]);
    this.asked = null;
  }
}

const keep = (waiting: readonly BegunCall[]) => remember(KEY, waiting.length === 0 ? null : JSON.stringify(waiting));

export const calls = new Calls();

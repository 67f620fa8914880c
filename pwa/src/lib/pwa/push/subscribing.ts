/** The subscription of this device at its push service: made, renewed at every start, made anew for another key, ended. */
import type { ApiContext, ApiProblem, ApiResult } from "#lib/api/client";
import { dropSubscription, putSubscription, readPushKey, type Subscribed } from "#lib/api/reminders";

/** A subscription as the browser has it; base64url without padding. */
export interface Subscription extends Subscribed {
  /** The server's key that it was made for, "" where the browser does not tell. */
  readonly key: string;
}

/** The language and the calendar that the app shows on this device. */
export interface Look {
  readonly locale: string;
  readonly calendar: string;
}

/** The browser's part. */
export interface PushBrowser {
  /** Where the device is: the IANA name of its time zone. */
  readonly timeZone: string;
  /** How the app shows things; null in the service worker, which cannot know it. */
  readonly look: Look | null;
  /** The subscription that stands, null where there is none. */
  current(): Promise<Subscription | null>;
  /** Rejects where the push service cannot be reached or will not have it. */
  subscribe(key: string): Promise<Subscription>;
  unsubscribe(): Promise<void>;
}

/** Why there is no subscription: the server's problem, or the browser's own push service. */
export type SubscribeProblem = ApiProblem | { readonly code: "push_service" };

/** Subscribes or renews: the server has this device's subscription afterwards, made for the key that the server signs with. */
export async function subscribe(
  context: ApiContext,
  browser: PushBrowser,
): Promise<{ readonly problem: SubscribeProblem | null }> {
  const key = await readPushKey(context);
  if (!key.ok) return { problem: key.problem };
  let standing: Subscription;
  try {
    standing = await standingFor(browser, key.value);
  } catch {
    return { problem: { code: "push_service" } };
  }
  const { endpoint, p256dh, auth } = standing;
  const { timeZone: time_zone, look } = browser;
  const put = await putSubscription(context, {
    ...{ endpoint, p256dh, auth, time_zone },
    ...look,
  });
  return { problem: put.ok ? null : put.problem };
}

async function standingFor(browser: PushBrowser, key: string): Promise<Subscription> {
  const standing = await browser.current();
  if (standing !== null && (standing.key === key || standing.key === "")) return standing;
  if (standing !== null) await browser.unsubscribe();
  return browser.subscribe(key);
}

/**
 * Ends it on both sides. Without the network the browser's own side is enough: its push service then tells the server that the
 * subscription is gone.
 */
export async function unsubscribe(context: ApiContext, browser: PushBrowser): Promise<ApiResult<null>> {
  await browser.unsubscribe().catch(() => undefined);
  return dropSubscription(context);
}

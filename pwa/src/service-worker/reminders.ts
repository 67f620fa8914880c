/**
 * Reminders while no page is open: shown, acted on, confirmed (docs/reminders.md). The rules are in lib/pwa/push; here are the
 * worker's events and its world.
 */
import { DevicePush } from "#lib/pwa/push/browser";
import { hear, type PushWorld, putAway, send, tap } from "#lib/pwa/push/handling";
import { DeviceMemory } from "#lib/pwa/push/memory";
import { actionFrom, messageFrom, UNREADABLE } from "#lib/pwa/push/message";
import { subscribe } from "#lib/pwa/push/subscribing";

/** What wakes the worker when there is network again. */
const SYNC_TAG = "reminders";
const ANSWERED_WITHIN_MS = 15_000;

/** What TypeScript's library does not know: Background Sync, of Chromium only. */
interface Syncing {
  readonly sync?: { register(tag: string): Promise<void> };
}
type Actions = { readonly maxActions?: number };

export function listenForReminders(worker: ServiceWorkerGlobalScope): void {
  const { registration } = worker;
  const world: PushWorld = {
    memory: new DeviceMemory(),
    now: () => Date.now(),
    // Safari and Firefox do not say, and leave out what they do not show.
    room: (Notification as Actions).maxActions ?? 3,
    show: (title, options) => registration.showNotification(title, options),
    close: async (tag) => {
      for (const shown of await registration.getNotifications({ tag })) shown.close();
    },
    post,
    open: (url) => open(worker, url),
    wakeLater: async () => (registration as Syncing).sync?.register(SYNC_TAG),
  };

  worker.addEventListener("push", (event) => event.waitUntil(hear(world, readData(event.data))));
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    const message = messageFrom(event.notification.data) ?? UNREADABLE;
    event.waitUntil(tap(world, message, actionFrom(event.action)));
  });
  worker.addEventListener("notificationclose", (event) => {
    event.waitUntil(putAway(world, messageFrom(event.notification.data) ?? UNREADABLE));
  });
  worker.addEventListener("pushsubscriptionchange", (event) => {
    const api = { fetch: worker.fetch.bind(worker), isOnline: () => worker.navigator.onLine };
    (event as ExtendableEvent).waitUntil(subscribe(api, new DevicePush(registration, null)));
  });
  worker.addEventListener("message", (event) => {
    if (event.data === "send-reports") event.waitUntil(send(world));
  });
  worker.addEventListener("sync" as "message", (event) => {
    if ((event as unknown as { tag: string }).tag === SYNC_TAG) event.waitUntil(send(world));
  });
}

function readData(data: PushMessageData | null): unknown {
  try {
    return data?.json() ?? null;
  } catch {
    return null;
  }
}

async function post(path: string, body: object): Promise<number> {
  try {
    const { status } = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
    });
    return status;
  } catch {
    return 0;
  }
}

/** The window that is there comes to the front and goes to the screen by itself, so that nothing half-written is reloaded away. */
async function open(worker: ServiceWorkerGlobalScope, url: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window" });
  const [shown] = windows;
  if (shown === undefined) {
    await worker.clients.openWindow(url);
    return;
  }
  await shown.focus().catch(() => undefined);
  shown.postMessage({ open: url });
}

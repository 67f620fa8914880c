/** The browser's part of a subscription, over the platform's PushManager; the same in the page and in the service worker. */
import type { Look, PushBrowser, Subscription } from "./subscribing.ts";

const base64url = (bytes: ArrayBuffer | null): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const subscriptionFrom = (found: PushSubscription): Subscription => ({
  endpoint: found.endpoint,
  p256dh: base64url(found.getKey("p256dh")),
  auth: base64url(found.getKey("auth")),
  key: base64url(found.options.applicationServerKey),
});

export class DevicePush implements PushBrowser {
  readonly timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  constructor(
    private readonly registration: ServiceWorkerRegistration,
    readonly look: Look | null,
  ) {}

  async current(): Promise<Subscription | null> {
    const found = await this.registration.pushManager.getSubscription();
    return found === null ? null : subscriptionFrom(found);
  }

  async subscribe(key: string): Promise<Subscription> {
    const options = { userVisibleOnly: true, applicationServerKey: key };
    return subscriptionFrom(await this.registration.pushManager.subscribe(options));
  }

  async unsubscribe(): Promise<void> {
    await (await this.registration.pushManager.getSubscription())?.unsubscribe();
  }
}

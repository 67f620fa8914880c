/** A reminder as the server sends it, and the notification that it becomes (docs/reminders.md). */

/** What a person can do on a notification; `open` is the tap on its body. */
export const ACTIONS = ["done", "snooze_hour", "snooze_tomorrow", "open"] as const;
export type Action = (typeof ACTIONS)[number];

/** The fields that a device acts on. */
export interface PushMessage {
  /** The same again where the server could not know whether the first one arrived. */
  readonly id: string;
  /** The secret by which this device speaks of it. */
  readonly token: string;
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  readonly lang: string;
  readonly dir: "ltr" | "rtl";
  /** The path to open. */
  readonly url: string;
  /** Milliseconds since 1970 UTC at which it fell due. */
  readonly at: number;
  readonly actions: readonly { readonly action: Action; readonly title: string }[];
}

/** What this device knows of a message that has come: nothing yet, that it was shown, or that its person has put it away. */
export type Standing = "new" | "shown" | "closed";

/** The options that platforms know and TypeScript's library does not yet. */
export interface ShownOptions extends NotificationOptions {
  readonly actions: readonly { readonly action: string; readonly title: string }[];
  readonly renotify: boolean;
  readonly timestamp: number;
}

const isAction = (value: unknown): value is Action => ACTIONS.some((one) => one === value);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
/** A path of this app, and nobody else's address. */
const pathOf = (value: unknown): string => (/^\/(?![/\\])/.test(textOf(value)) ? textOf(value) : "/");

/** Reads what came; null where it is no message of ours. */
export function messageFrom(data: unknown): PushMessage | null {
  if (typeof data !== "object" || data === null) return null;
  const { id, token, tag, title, body, lang, dir, url, at, actions } = data as Readonly<Record<string, unknown>>;
  if (typeof id !== "string" || typeof token !== "string" || id === "" || token === "") return null;
  return {
    ...{ id, token, tag: textOf(tag) === "" ? id : textOf(tag) },
    ...{ title: textOf(title), body: textOf(body), lang: textOf(lang), dir: dir === "rtl" ? "rtl" : "ltr" },
    ...{ url: pathOf(url), at: typeof at === "number" ? at : 0 },
    actions: (Array.isArray(actions) ? actions : []).flatMap((one: { action?: unknown; title?: unknown } | null) =>
      one !== null && isAction(one.action) ? [{ action: one.action, title: textOf(one.title) }] : [],
    ),
  };
}

/** What was tapped; a platform without actions says "". */
export const actionFrom = (tapped: string): Action => (isAction(tapped) ? tapped : "open");

/**
 * The notification of a message. It rings once: where the device has shown it before, it is put up again in silence, because a push
 * that shows nothing ends the subscription on iOS. `room`: how many actions the platform shows.
 */
export function notificationOf(message: PushMessage, standing: Standing, room: number): [string, ShownOptions] {
  const { tag, title, body, lang, dir, at, actions } = message;
  const options: ShownOptions = {
    ...{ tag, body, lang, dir, data: message, timestamp: at, renotify: false, silent: standing !== "new" },
    ...{ icon: "/icons/icon-192.png", badge: "/icons/icon-192.png", actions: actions.slice(0, room) },
  };
  return [title === "" ? "Routebook" : title, options];
}

/** What is shown for a push that cannot be read: something has to be, and the app knows more. */
export const UNREADABLE: PushMessage = {
  ...{ id: "", token: "", tag: "unreadable", title: "Routebook", body: "", lang: "", dir: "ltr", url: "/", at: 0 },
  actions: [],
};

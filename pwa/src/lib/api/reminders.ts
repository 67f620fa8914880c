/** Reminders at the server: this device's subscription, the log of what was sent, and the calendar's secret link. */
import { type ApiContext, type ApiResult, request } from "./client";
import { choiceOf, listOf, numberOf, objectOf, optional, textOf } from "./shape";

/** What the server needs to reach this device; base64url. */
export interface Subscribed {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/**
 * The same, and where the device is: the server takes it for a person whose record does not say. With the language and the
 * calendar that the device shows, which its reminders then speak and its series go by; left out by whoever does not know them.
 */
export interface Subscribing extends Subscribed {
  readonly time_zone: string;
  readonly locale?: string;
  readonly calendar?: string;
}

/** The server's key that a subscription is made for, base64url. */
export const readPushKey = (context: ApiContext): Promise<ApiResult<string>> =>
  request(context, "GET", "/api/push/key", (answer) => textOf(objectOf(answer).key));

/** Subscribes or renews. */
export const putSubscription = (context: ApiContext, subscribed: Subscribing): Promise<ApiResult<null>> =>
  request(context, "PUT", "/api/push/subscription", () => null, subscribed);

export const dropSubscription = (context: ApiContext): Promise<ApiResult<null>> =>
  request(context, "DELETE", "/api/push/subscription", () => null);

/** Says where the person is; `onlyFirst`: only if nobody has said it yet. Answers what stands then, "" for nothing. */
export const putZone = (
  context: ApiContext,
  zone: string,
  { onlyFirst }: { readonly onlyFirst: boolean },
): Promise<ApiResult<string>> =>
  request(context, "PUT", "/api/time-zone", (answer) => textOf(objectOf(answer).time_zone), {
    time_zone: zone,
    only_first: onlyFirst,
  });

export const REMINDER_RULES = [
  "task",
  "promised_call",
  "overdue_call",
  "birthday",
  "slipping",
  "call_cycle",
  "unsent",
  "test",
] as const;
export type ReminderRule = (typeof REMINDER_RULES)[number];

export const DELIVERY_STATES = [
  "planned",
  "sending",
  "sent",
  "shown",
  "acted",
  "failed",
  "expired",
  "cancelled",
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What became of it on its way to one device, or by e-mail. */
export interface Delivery {
  readonly channel: "push" | "email";
  /** "" for e-mail. */
  readonly deviceName: string;
  readonly state: DeliveryState;
  readonly sentAt: number | null;
  readonly shownAt: number | null;
  /** What went wrong on its way, "" for nothing. */
  readonly problem: string;
  /** Whether it came in one notification with others. */
  readonly isTogether: boolean;
}

/** A reminder in the log. Instants are milliseconds since 1970 UTC. */
export interface ReminderEntry {
  readonly id: string;
  readonly rule: ReminderRule;
  readonly kind: string;
  readonly record: string;
  readonly root: string;
  readonly title: string;
  readonly dueAt: number;
  readonly sendAt: number;
  readonly isMoved: boolean;
  readonly action: "" | "done" | "snooze_hour" | "snooze_tomorrow" | "open";
  readonly cancelled: "" | "done" | "deleted" | "moved" | "reassigned" | "hidden";
  /** None where there was nobody to send it to. */
  readonly deliveries: readonly Delivery[];
}

/** A page of the log, newest first; `next` asks for the one after it, "" where there is none. */
export interface ReminderPage {
  readonly entries: readonly ReminderEntry[];
  readonly next: string;
}

const deliveryOf = (answer: unknown): Delivery => {
  const { channel, device_name, state, sent_at, shown_at, problem, summary } = objectOf(answer);
  return {
    channel: choiceOf(channel, ["push", "email"]),
    deviceName: optional(device_name, textOf) ?? "",
    state: choiceOf(state, DELIVERY_STATES),
    sentAt: optional(sent_at, numberOf),
    shownAt: optional(shown_at, numberOf),
    problem: textOf(problem),
    isTogether: textOf(summary) !== "",
  };
};

const entryOf = (answer: unknown): ReminderEntry => {
  const { id, rule, kind, record, root, title, due_at, send_at, moved, action, cancelled, deliveries } =
    objectOf(answer);
  return {
    ...{ id: textOf(id), kind: textOf(kind), record: textOf(record), root: textOf(root), title: textOf(title) },
    ...{ dueAt: numberOf(due_at), sendAt: numberOf(send_at), isMoved: moved === "quiet_hours" },
    rule: choiceOf(rule, REMINDER_RULES),
    action: choiceOf(action, ["", "done", "snooze_hour", "snooze_tomorrow", "open"]),
    cancelled: choiceOf(cancelled, ["", "done", "deleted", "moved", "reassigned", "hidden"]),
    deliveries: listOf(deliveries, deliveryOf),
  };
};

export const listReminders = (context: ApiContext, before: string): Promise<ApiResult<ReminderPage>> =>
  request(
    context,
    "GET",
    `/api/reminders?limit=30${before === "" ? "" : `&before=${encodeURIComponent(before)}`}`,
    (answer) => {
      const { entries, next } = objectOf(answer);
      return { entries: listOf(entries, entryOf), next: textOf(next) };
    },
  );

/** Asks for a test reminder on this device; answers under which id the log has it. */
export const sendTestReminder = (context: ApiContext): Promise<ApiResult<string>> =>
  request(context, "POST", "/api/reminders/test", (answer) => textOf(objectOf(answer).id), {});

/** Since when there is a link to one's calendar, 0 where there is none. */
export const readCalendar = (context: ApiContext): Promise<ApiResult<number>> =>
  request(context, "GET", "/api/calendar", (answer) => numberOf(objectOf(answer).created));

/** A new link, which ends the one before; its path is told this once. */
export const makeCalendar = (
  context: ApiContext,
): Promise<ApiResult<{ readonly path: string; readonly created: number }>> =>
  request(
    context,
    "POST",
    "/api/calendar",
    (answer) => {
      const { path, created } = objectOf(answer);
      return { path: textOf(path), created: numberOf(created) };
    },
    {},
  );

export const dropCalendar = (context: ApiContext): Promise<ApiResult<null>> =>
  request(context, "DELETE", "/api/calendar", () => null);

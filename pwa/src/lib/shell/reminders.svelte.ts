/** Reminders on this device: whether they may be shown here, why not, and the subscription that is renewed at every start. */

import { remember, remembered } from "#lib/browser/remembered";
import { m, reader } from "#lib/i18n";
import { DevicePush } from "#lib/pwa/push/browser";
import { type SubscribeProblem, subscribe, unsubscribe } from "#lib/pwa/push/subscribing";
import { goto } from "$app/navigation";
import { api, apiProblemText } from "./api";
import { isMissing, isToAsk, NOTICE_RESTS_MS } from "./promises";

/**
 * `unsupported`: this browser cannot; `install`: an iPhone or iPad, where only the installed app can; `ask`: nobody has been asked;
 * `denied`: forbidden in the browser; `off`: turned off here; `on`.
 */
export type ReminderState = "unsupported" | "install" | "ask" | "denied" | "off" | "on";

const OFF_KEY = "routebook.reminders";
const PROMISED_KEY = "routebook.reminder-promised";
const LATER_KEY = "routebook.reminders-later";
const REGISTERED_WITHIN_MS = 20_000;

const lookNow = () => ({ locale: reader.locale, calendar: reader.calendar });

class Reminders {
  state = $state<ReminderState>(stateNow());
  /** Why reminders cannot come here although they may, null where they can. */
  problem = $state.raw<SubscribeProblem | null>(null);
  isBusy = $state(false);

  /** Call once when a book is open: renews the subscription, says what the server has not heard, and listens to taps. */
  start(): () => void {
    if (!("serviceWorker" in navigator)) return () => undefined;
    const { serviceWorker } = navigator;
    const listen = ({ data }: MessageEvent<unknown>) => {
      const url = typeof data === "object" && data !== null && "open" in data ? data.open : null;
      if (typeof url === "string") void goto(url);
    };
    const online = () => {
      this.#say();
      this.retry();
    };
    // The person may have changed it in the browser's settings meanwhile.
    const look = () => {
      if (document.visibilityState !== "visible") return;
      const before = this.state;
      this.state = stateNow();
      if (this.state === "on" && before !== "on") void this.#renew();
    };
    serviceWorker.addEventListener("message", listen);
    window.addEventListener("online", online);
    document.addEventListener("visibilitychange", look);
    this.state = stateNow();
    this.#say();
    void this.#renew();
    return () => {
      serviceWorker.removeEventListener("message", listen);
      window.removeEventListener("online", online);
      document.removeEventListener("visibilitychange", look);
    };
  }

  /** Again where it failed: the network is back, or the person has signed in again. */
  retry(): void {
    if (this.problem !== null) void this.#renew();
  }

  /** Whether what is set rings elsewhere, or nowhere, but not here. */
  get isMissing(): boolean {
    return isMissing(this);
  }

  /** What is told of a reminder that stands: `text`, with the truth about this device. */
  told(text: string): string {
    return this.isMissing ? m.reminders_promise_not_here({ text }) : text;
  }

  /** That a reminder was set here; answers what is told of it. */
  promise(text: string): string {
    if (this.isMissing) remember(PROMISED_KEY, "1");
    return this.told(text);
  }

  /** Whether to ask for reminders on this device, because one was promised. */
  isToAsk(now: number): boolean {
    const restsUntil = Number(remembered(LATER_KEY)) || 0;
    return isToAsk(this, { promised: remembered(PROMISED_KEY) !== null, restsUntil }, now);
  }

  /** Its person does not want to be asked for a while. */
  later(now: number): void {
    remember(LATER_KEY, String(now + NOTICE_RESTS_MS));
  }

  /** Asks for leave, and subscribes with it. Only ever by a tap. */
  async turnOn(): Promise<void> {
    this.isBusy = true;
    remember(OFF_KEY, null);
    if (Notification.permission === "default") await Notification.requestPermission();
    this.state = stateNow();
    await this.#renew();
    this.isBusy = false;
  }

  /** No more reminders on this device; others go on. */
  async turnOff(): Promise<void> {
    this.isBusy = true;
    remember(OFF_KEY, "off");
    this.state = stateNow();
    await this.end();
    this.isBusy = false;
  }

  /** Ends the subscription and takes down what is shown; before signing out. */
  async end(): Promise<void> {
    this.problem = null;
    const registration = await registrationNow();
    if (registration === null || !("pushManager" in registration)) return;
    for (const shown of await registration.getNotifications()) shown.close();
    if (Notification.permission === "granted") await unsubscribe(api, new DevicePush(registration, lookNow()));
  }

  /** Has the server know this device; answers why not, null where it does. */
  async renew(): Promise<SubscribeProblem | null> {
    await this.#renew();
    return this.problem;
  }

  async #renew(): Promise<void> {
    if (this.state !== "on") return;
    const registration = await registrationSoon();
    this.problem =
      registration === null
        ? { code: "push_service" }
        : (await subscribe(api, new DevicePush(registration, lookNow()))).problem;
  }

  #say(): void {
    navigator.serviceWorker.controller?.postMessage("send-reports");
  }
}

/** Why reminders cannot come here, in words. */
export function subscribeProblemText(problem: SubscribeProblem): string {
  if (problem.code === "push_service") return m.reminders_problem_service();
  if (problem.code === "offline" || problem.code === "no_answer") return m.reminders_problem_offline();
  return apiProblemText(problem);
}

/** Not `ready`, which never comes where nothing is registered. */
const registrationNow = async (): Promise<ServiceWorkerRegistration | null> =>
  "serviceWorker" in navigator ? ((await navigator.serviceWorker.getRegistration()) ?? null) : null;

/** A first start registers it at this moment; where something keeps it from that, `ready` never comes. */
const registrationSoon = (): Promise<ServiceWorkerRegistration | null> =>
  Promise.race([
    navigator.serviceWorker.ready,
    new Promise<null>((resolve) => setTimeout(() => resolve(null), REGISTERED_WITHIN_MS)),
  ]);

function stateNow(): ReminderState {
  if (!("serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis))
    return isApple() && !isInstalled() ? "install" : "unsupported";
  if (Notification.permission === "denied") return "denied";
  if (Notification.permission === "default") return "ask";
  return isOff() ? "off" : "on";
}

/** An iPad says that it is a Mac, and has fingers. */
const isApple = (): boolean =>
  /iphone|ipad|ipod/i.test(navigator.userAgent) ||
  (/macintosh/i.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

const isInstalled = (): boolean => matchMedia("(display-mode: standalone)").matches;

const isOff = (): boolean => remembered(OFF_KEY) === "off";

export const reminders = new Reminders();

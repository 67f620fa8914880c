/** What a service worker does with a push and with a tap on it; the worker itself only hands its events and its world over. */
import type { PushMemory } from "./memory.ts";
import {
  type Action,
  messageFrom,
  notificationOf,
  type PushMessage,
  type ShownOptions,
  UNREADABLE,
} from "./message.ts";
import { type Hearing, hearingOf, REPORTS_LAST_MS, type Report, reportOf, requestOf } from "./reports.ts";

/** What the handlers need of the world. */
export interface PushWorld {
  readonly memory: PushMemory;
  readonly now: () => number;
  /** How many actions the platform shows on a notification. */
  readonly room: number;
  readonly show: (title: string, options: ShownOptions) => Promise<void>;
  /** Takes a notification down. */
  readonly close: (tag: string) => Promise<void>;
  /** Posts to the server; answers the status, 0 where there is no answer. */
  readonly post: (path: string, body: object) => Promise<number>;
  /** Brings the app to a path. */
  readonly open: (url: string) => Promise<void>;
  /** Asks to be woken when there is network again, where the platform can do that. */
  readonly wakeLater: () => Promise<void>;
}

/** A push has come. It always shows something; what else fails must not keep it from that. */
export async function hear(world: PushWorld, data: unknown): Promise<void> {
  const message = messageFrom(data);
  if (message === null) {
    await world.show(...notificationOf(UNREADABLE, "new", 0));
    return;
  }
  // Where the memory is broken, ringing twice is better than not at all.
  const standing = await world.memory.meet(message.id, world.now()).catch(() => "new" as const);
  await world.show(...notificationOf(message, standing, world.room));
  if (standing === "closed") await world.close(message.tag);
  await keep(world, reportOf(message, "shown", world.now()));
  await send(world);
}

/** Somebody has tapped a notification or one of its actions. */
export async function tap(world: PushWorld, message: PushMessage, action: Action): Promise<void> {
  // First of all: a platform opens a window only right after the tap.
  if (action === "open") await world.open(message.url);
  if (message.id === "") return;
  await world.memory.close(message.id, world.now()).catch(() => undefined);
  const report = reportOf(message, action, world.now());
  await keep(world, report);
  const refused = await send(world);
  // The task is gone, done or elsewhere: its person should see how it stands.
  if (action !== "open" && refused.some(({ id, what }) => id === report.id && what === action))
    await world.open(message.url);
}

/** Somebody has put a notification away. */
export async function putAway(world: PushWorld, message: PushMessage): Promise<void> {
  if (message.id !== "") await world.memory.close(message.id, world.now());
}

/** Says what waits; answers what the server refused. The order stays, and the first silence ends it. */
export async function send(world: PushWorld): Promise<readonly Report[]> {
  const refused: Report[] = [];
  for (const report of await world.memory.waiting().catch(() => [])) {
    const hearing = await say(world, report);
    if (hearing === "again") {
      await world.wakeLater().catch(() => undefined);
      break;
    }
    if (hearing === "refused") refused.push(report);
    await world.memory.drop(report);
  }
  return refused;
}

async function say(world: PushWorld, report: Report): Promise<Hearing> {
  if (report.at < world.now() - REPORTS_LAST_MS) return "refused"; // the server has forgotten it
  const { path, body } = requestOf(report);
  return hearingOf(await world.post(path, body));
}

/** Where nothing can be kept it is said at once, or never. */
async function keep(world: PushWorld, report: Report): Promise<void> {
  await world.memory.keep(report).catch(() => say(world, report));
}

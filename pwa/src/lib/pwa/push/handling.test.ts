import { beforeEach, describe, expect, test } from "vitest";
import { hear, type PushWorld, putAway, send, tap } from "./handling";
import type { PushMemory } from "./memory";
import { actionFrom, messageFrom, type PushMessage, type ShownOptions, type Standing } from "./message";
import { hearingOf, keyOf, REPORTS_LAST_MS, type Report, reportOf } from "./reports";

const sent = {
  ...{
    id: "r1",
    token: "s",
    tag: "r1",
    title: "Call Ewa",
    body: "Nowak",
    lang: "fa",
    dir: "rtl",
    url: "/tasks",
    at: 5,
  },
  actions: [
    { action: "done", title: "Done" },
    { action: "snooze_hour", title: "In an hour" },
    { action: "snooze_tomorrow", title: "Tomorrow" },
  ],
};
const message = messageFrom(sent) as PushMessage;

/** A memory that forgets nothing, and can break. */
class HeldMemory implements PushMemory {
  readonly met = new Map<string, Standing>();
  readonly reports = new Map<string, Report>();
  broken = false;

  async meet(id: string): Promise<Standing> {
    if (this.broken) throw new Error("full");
    const before = this.met.get(id) ?? "new";
    if (before === "new") this.met.set(id, "shown");
    return before;
  }
  async close(id: string): Promise<void> {
    this.met.set(id, "closed");
  }
  async keep(report: Report): Promise<void> {
    if (this.broken) throw new Error("full");
    this.reports.set(keyOf(report), report);
  }
  async waiting(): Promise<readonly Report[]> {
    if (this.broken) throw new Error("full");
    return [...this.reports].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, report]) => report);
  }
  async drop(report: Report): Promise<void> {
    this.reports.delete(keyOf(report));
  }
}

class World implements PushWorld {
  readonly memory = new HeldMemory();
  readonly shown: (readonly [string, ShownOptions])[] = [];
  readonly closed: string[] = [];
  readonly opened: string[] = [];
  readonly posted: string[] = [];
  status = 204;
  ms = 1_000;
  woken = 0;
  room = 2;
  now = () => this.ms;
  show = async (title: string, options: ShownOptions) => {
    this.shown.push([title, options]);
  };
  close = async (tag: string) => {
    this.closed.push(tag);
  };
  open = async (url: string) => {
    this.opened.push(url);
  };
  post = async (path: string, body: object) => {
    this.posted.push(`${path} ${JSON.stringify(body)}`);
    return this.status;
  };
  wakeLater = async () => {
    this.woken += 1;
  };
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe("a push", () => {
  test("is shown in its language, with the actions that the platform has room for, and confirmed", async () => {
    await hear(world, sent);
    const [title, options] = world.shown[0] ?? ["", null];
    expect(title).toBe("Call Ewa");
    expect(options).toMatchObject({ tag: "r1", lang: "fa", dir: "rtl", silent: false, renotify: false, data: message });
    expect(options?.actions.map((one) => one.action)).toEqual(["done", "snooze_hour"]);
    expect(world.posted).toEqual(['/api/reminders/r1/shown {"token":"s","at":1000}']);
    expect(world.memory.reports.size).toBe(0);
  });
  test("that comes twice rings once, and is confirmed again", async () => {
    await hear(world, sent);
    await hear(world, sent);
    expect(world.shown.map(([, { tag, silent }]) => [tag, silent])).toEqual([
      ["r1", false],
      ["r1", true],
    ]);
    expect(world.posted.length).toBe(2);
    expect(world.closed).toEqual([]);
  });
  test("that its person has put away does not come back", async () => {
    await hear(world, sent);
    await putAway(world, message);
    await hear(world, sent);
    expect(world.closed).toEqual(["r1"]);
  });
  test("that cannot be read shows something all the same, and says nothing to the server", async () => {
    for (const data of [null, "hello", { id: "", token: "s" }, { id: 7, token: "s" }]) await hear(world, data);
    expect(world.shown.map(([title]) => title)).toEqual(Array(4).fill("Routebook"));
    expect(world.posted).toEqual([]);
  });
  test("is shown and confirmed where nothing can be kept", async () => {
    world.memory.broken = true;
    await hear(world, sent);
    expect(world.shown.length).toBe(1);
    expect(world.posted.length).toBe(1);
  });
});

describe("a tap", () => {
  test("on the body opens the screen before anything else, and tells of it", async () => {
    await tap(world, message, "open");
    expect(world.opened).toEqual(["/tasks"]);
    expect(world.posted).toEqual(['/api/reminders/r1/act {"token":"s","action":"open","at":1000}']);
  });
  test("on an action opens nothing", async () => {
    await tap(world, message, "done");
    expect(world.opened).toEqual([]);
    expect(world.posted).toEqual(['/api/reminders/r1/act {"token":"s","action":"done","at":1000}']);
  });
  test("on an action that the server refuses opens the screen", async () => {
    world.status = 404;
    await tap(world, message, "snooze_hour");
    expect(world.opened).toEqual(["/tasks"]);
    expect(world.memory.reports.size).toBe(0);
  });
  test("without the network is kept and said later, in its order, once", async () => {
    world.status = 0;
    await hear(world, sent);
    await tap(world, message, "done");
    await tap(world, message, "done");
    expect(world.opened).toEqual([]);
    expect(world.woken).toBe(3);
    world.posted.length = 0;
    world.status = 200;
    await send(world);
    expect(world.posted.map((one) => one.split("/")[4]?.split(" ")[0])).toEqual(["shown", "act"]);
    expect(world.memory.reports.size).toBe(0);
  });
  test("without the network is told with the time of the tap, whenever it is heard", async () => {
    world.status = 0;
    await tap(world, message, "snooze_hour");
    world.ms = 5_000;
    world.status = 200;
    world.posted.length = 0;
    await send(world);
    expect(world.posted).toEqual(['/api/reminders/r1/act {"token":"s","action":"snooze_hour","at":1000}']);
  });
  test("that was said too late for the server is let go", async () => {
    await world.memory.keep(reportOf(message, "done", 1));
    world.ms = REPORTS_LAST_MS + 2;
    await send(world);
    expect(world.posted).toEqual([]);
    expect(world.memory.reports.size).toBe(0);
  });
});

test("what the server answers decides whether a report is said again", () => {
  expect([200, 204].map(hearingOf)).toEqual(["heard", "heard"]);
  expect([0, 408, 429, 500, 503].map(hearingOf)).toEqual(Array(5).fill("again"));
  expect([400, 401, 404].map(hearingOf)).toEqual(Array(3).fill("refused"));
});

test("no message leads out of the app", () => {
  const paths = ["//evil.example", "https://evil.example", "javascript:1", "/\\evil.example", ""];
  expect(paths.map((url) => messageFrom({ ...sent, url })?.url)).toEqual(Array(5).fill("/"));
  expect(messageFrom({ ...sent, url: "/customers/a" })?.url).toBe("/customers/a");
});

test("a platform without actions opens", () =>
  expect(["", "done", "nonsense"].map(actionFrom)).toEqual(["open", "done", "open"]));

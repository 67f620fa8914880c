import { afterEach, expect, test, vi } from "vitest";
import type { Account } from "./account.ts";
import type { QueryName } from "./queries/index.ts";
import type { Topic } from "./query.ts";
import { StoreError } from "./store-error.ts";
import type { Answer, Between, Call, Opening, ToPage, ToWorker } from "./wire.ts";

/** What becomes of the file, how often; by which version and under which number it was opened; what opening it and a call wait for. */
const file = vi.hoisted(() => ({
  failures: 0,
  /** Why. */
  reason: new Error("the files are held by somebody a moment longer"),
  opened: 0,
  /** As what it was opened, each time. */
  conditions: [] as string[],
  /** Whether whatever is asked meets damage. */
  isDamaged: false,
  damaged: () => {},
  closed: 0,
  dropped: 0,
  version: "",
  device: 0,
  free: Promise.resolve(),
  sent: Promise.resolve(),
  /** How often it was written to. */
  writes: 0,
}));
// The file is the browser's: here are only the tabs, their locks and what they say to each other.
vi.mock("./lead.ts", () => ({
  async lead({ account, version }: Opening, _: unknown, listeners: Listeners, condition: string) {
    file.conditions.push(condition);
    file.damaged = listeners.damaged;
    if (condition !== "sound") file.isDamaged = false;
    if (file.failures > 0) {
      file.failures -= 1;
      throw file.reason;
    }
    file.device = account.device;
    await file.free;
    file.opened += 1;
    file.version = version;
    const answer = async ({ name }: Call): Promise<Answer> => {
      if (name === "sign_out") file.dropped += 1;
      if (name === "send_files") await file.sent;
      if (name === "query") return { ok: true, value: file.writes, reads: ["customer"] };
      if (name === "write") {
        file.writes += 1;
        listeners.changed(["customer"]);
      }
      if (file.isDamaged) return { ok: false, code: "damaged", message: "" };
      return { ok: true, value: file.opened, reads: [] };
    };
    const adopt = ({ device }: Account) => {
      file.device = device;
    };
    const leader = { isClosed: false };
    const close = () => {
      file.closed += 1;
      leader.isClosed = true;
    };
    return Object.assign(leader, {
      status: {},
      answer,
      adopt,
      close,
      isSignedOut: false,
      wake() {},
      setPersisted() {},
    });
  },
}));

interface Listeners {
  readonly damaged: () => void;
  readonly changed: (topics: readonly Topic[]) => void;
}

/** How often the queries that are a script of their own were fetched. */
const later = vi.hoisted(() => ({ fetched: 0 }));
vi.mock("./queries/later.ts", () => {
  later.fetched += 1;
  return { LATER: {} };
});

/** Who the device keeps as signed in. */
const kept = vi.hoisted(() => ({ account: null as Account | null }));
vi.mock("./account.ts", () => ({ readAccount: async () => kept.account }));

const CALL: Call = { name: "export" };

const accountOf = (person: string, device: number): Account => ({ person, name: "Marek", role: "rep", device });

/** What the workers say to their pages; the calls of all tabs have numbers of their own here. */
let said: ToPage[] = [];
const answers = () => said.flatMap((one) => (one.type === "answer" ? [[one.seq, one.answer.ok]] : []));

/** Opens a tab, whose worker is loaded anew; returns the way to tell it something. */
async function openTab(person: string, device = 7, version = "1"): Promise<(message: ToWorker) => void> {
  const self = {
    postMessage: (message: ToPage) => said.push(message),
    close() {},
    onmessage: (_: { data: ToWorker }) => {},
  };
  vi.stubGlobal("self", self);
  vi.stubGlobal("reportError", (reason: unknown) => Promise.reject(reason)); // Node has none
  vi.resetModules();
  await import("./worker.ts");
  const take = self.onmessage;
  const tell = (data: ToWorker) => take({ data });
  tell({ type: "open", opening: { account: accountOf(person, device), version } });
  return tell;
}

afterEach(() => {
  said = [];
  kept.account = null;
  later.fetched = 0;
  file.device = 0;
  file.failures = 0;
  file.opened = 0;
  file.conditions = [];
  file.isDamaged = false;
  file.closed = 0;
  file.dropped = 0;
  file.writes = 0;
  file.free = Promise.resolve();
  vi.unstubAllGlobals();
});

test("a tab whose takeover failed answers every later call, and opens the file when its person comes back", async () => {
  file.failures = 1;
  const tell = await openTab("alone");
  tell({ type: "call", seq: 1, call: CALL });
  await vi.waitFor(() => expect(answers()).toEqual([[1, false]]));
  tell({ type: "call", seq: 2, call: CALL });
  await vi.waitFor(() =>
    expect(answers()).toEqual([
      [1, false],
      [2, false],
    ]),
  );
  tell({ type: "wake", reason: "return" });
  tell({ type: "call", seq: 3, call: CALL });
  await vi.waitFor(() => expect(answers().at(-1)).toEqual([3, true]));
  tell({ type: "close" });
});

test("what was asked and written while the file was opened is answered as it stands after the news of it", async () => {
  const opening = Promise.withResolvers<void>();
  file.free = opening.promise;
  const tell = await openTab("early");
  tell({ type: "call", seq: 1, call: { name: "query", query: "record.one" as QueryName, parameters: {} } as Call });
  tell({ type: "call", seq: 2, call: { name: "write", changes: [], key: "key", together: false } });
  opening.resolve();
  await vi.waitFor(() => expect(answers()).toHaveLength(2));
  const heard = said.flatMap((one) => {
    if (one.type === "changed") return ["changed"];
    return one.type === "answer" && one.seq === 1 && one.answer.ok ? [one.answer.value] : [];
  });
  // Who hears of a change before he has the answer does not ask again.
  expect(heard).toEqual(["changed", 1]);
  tell({ type: "close" });
});

test("a tab whose file has no room to be opened says so, and opens it by itself once there is room", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const held = file.reason;
  file.failures = 2;
  file.reason = new DOMException("No space available", "QuotaExceededError");
  const tell = await openTab("full");
  tell({ type: "call", seq: 1, call: CALL });
  await vi.waitFor(() => expect(answers()).toEqual([[1, false]]));
  const failed = said.find((one) => one.type === "answer");
  expect(failed).toMatchObject({ answer: { code: "storage_full" } });
  const phases = said.flatMap((one) => (one.type === "status" ? [one.status.phase] : []));
  expect(phases.at(-1)).toEqual({ name: "failed", code: "storage_full" });
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(5_000);
    expect(file.opened).toBe(1);
  });
  tell({ type: "call", seq: 2, call: CALL });
  await vi.waitFor(() => expect(answers().at(-1)).toEqual([2, true]));
  tell({ type: "close" });
  file.reason = held;
  vi.useRealTimers();
});

test("a tab whose file was held for too long opens it by itself, and leaves one of a newer version alone", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const held = file.reason;
  file.failures = 2;
  const tell = await openTab("held");
  tell({ type: "call", seq: 1, call: CALL });
  await vi.waitFor(() => expect(answers()).toEqual([[1, false]]));
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(5_000);
    expect(file.opened).toBe(1);
  });
  tell({ type: "close" });

  file.failures = 2;
  file.reason = new StoreError("not_open", "newer_version");
  const older = await openTab("newer");
  older({ type: "call", seq: 2, call: CALL });
  await vi.waitFor(() => expect(answers()).toContainEqual([2, false]));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(file.failures).toBe(1);
  older({ type: "close" });
  file.reason = held;
  vi.useRealTimers();
});

test("a tab whose takeover failed follows the next leader, and takes over from that one", async () => {
  file.failures = 1;
  const first = await openTab("two");
  first({ type: "call", seq: 1, call: CALL });
  await vi.waitFor(() => expect(answers()).toEqual([[1, false]]));
  const second = await openTab("two");
  await vi.waitFor(() => expect(file.opened).toBe(1));
  await vi.waitFor(() => {
    first({ type: "call", seq: 2, call: CALL });
    expect(answers().at(-1)).toEqual([2, true]);
  });
  second({ type: "close" });
  await vi.waitFor(() => expect(file.opened).toBe(2));
  first({ type: "call", seq: 3, call: CALL });
  await vi.waitFor(() => expect(answers().at(-1)).toEqual([3, true]));
  first({ type: "close" });
});

test("a file that is damaged is made anew once, and what was asked meanwhile is answered out of the new one", async () => {
  const leader = await openTab("damaged");
  await vi.waitFor(() => expect(file.opened).toBe(1));
  const follower = await openTab("damaged");
  file.isDamaged = true;
  leader({ type: "call", seq: 1, call: CALL });
  leader({ type: "call", seq: 2, call: CALL });
  await vi.waitFor(() =>
    expect(answers()).toEqual([
      [1, true],
      [2, true],
    ]),
  );
  expect([file.opened, file.closed]).toEqual([2, 1]);
  expect(file.conditions).toContain("damaged");
  follower({ type: "call", seq: 3, call: CALL });
  await vi.waitFor(() => expect(answers().at(-1)).toEqual([3, true]));
  // What nobody asked for may meet it too.
  file.damaged();
  await vi.waitFor(() => expect(file.opened).toBe(3));
  for (const tell of [leader, follower]) tell({ type: "close" });
});

test("a damaged file of which nothing can be read is given up by its person alone", async () => {
  const held = file.reason;
  file.failures = 2;
  file.reason = new Error("SQLITE_NOTADB: file is not a database");
  const tell = await openTab("given up");
  tell({ type: "call", seq: 1, call: CALL });
  await vi.waitFor(() => expect(answers()).toEqual([[1, false]]));
  const phases = () => said.flatMap((one) => (one.type === "status" ? [one.status.phase] : []));
  expect(phases().at(-1)).toEqual({ name: "failed", code: "damaged" });
  tell({ type: "wake", reason: "button" });
  await vi.waitFor(() => expect(file.failures).toBe(0));
  await vi.waitFor(() => expect(phases()).toHaveLength(2));
  tell({ type: "set_up_anew" });
  tell({ type: "call", seq: 2, call: CALL });
  await vi.waitFor(() => expect(answers().at(-1)).toEqual([2, true]));
  tell({ type: "set_up_anew" }); // tapped twice: it is sound by now
  file.damaged();
  await vi.waitFor(() => expect(file.opened).toBe(2));
  expect(file.conditions).toEqual(["sound", "sound", "given_up", "damaged"]);
  tell({ type: "close" });
  file.reason = held;
});

/** The numbers that pages were told of by another tab. */
const numbers = () => said.flatMap((one) => (one.type === "account" ? [one.account.device] : []));

test("whichever tab signs in again, the leader goes on under the new number, and every page is told of it", async () => {
  const leader = await openTab("renewed");
  await vi.waitFor(() => expect(file.opened).toBe(1));
  const follower = await openTab("renewed");
  follower({ type: "account", account: accountOf("renewed", 8) });
  await vi.waitFor(() => expect(file.device).toBe(8));
  await vi.waitFor(() => expect(numbers()).toEqual([8, 8]));
  leader({ type: "account", account: accountOf("renewed", 9) });
  await vi.waitFor(() => expect(numbers()).toEqual([8, 8, 9, 9]));
  expect(file.device).toBe(9);
  leader({ type: "close" });
  await vi.waitFor(() => expect(file.opened).toBe(2));
  expect(file.device).toBe(9);
  follower({ type: "close" });
});

test("a number that comes while the file is being opened counts once it is open", async () => {
  const opening = Promise.withResolvers<void>();
  file.free = opening.promise;
  const leader = await openTab("opening");
  await vi.waitFor(() => expect(file.device).toBe(7));
  const follower = await openTab("opening");
  follower({ type: "account", account: accountOf("opening", 8) });
  await vi.waitFor(() => expect(numbers()).toEqual([8, 8]));
  opening.resolve();
  await vi.waitFor(() => expect(file.opened).toBe(1));
  await vi.waitFor(() => expect(file.device).toBe(8));
  for (const tell of [leader, follower]) tell({ type: "close" });
});

test("what answers the screen that the app is opened at is fetched while the file is being opened, and nothing else is", async () => {
  const opening = Promise.withResolvers<void>();
  file.free = opening.promise;
  const tell = await openTab("deep");
  const ask = (seq: number, query: QueryName) =>
    tell({ type: "call", seq, call: { name: "query", query, parameters: {} } });
  ask(1, "today.stops");
  await vi.waitFor(() => expect(file.device).toBe(7));
  expect(later.fetched).toBe(0);
  ask(2, "customers.page");
  await vi.waitFor(() => expect(later.fetched).toBe(1));
  expect(file.opened).toBe(0);
  opening.resolve();
  await vi.waitFor(() => expect(answers()).toHaveLength(2));
  tell({ type: "close" });
});

test("a tab that opens under another number is followed, unless the device keeps the leader's", async () => {
  const leader = await openTab("opens");
  await vi.waitFor(() => expect(file.opened).toBe(1));
  const second = await openTab("opens", 8);
  await vi.waitFor(() => expect(file.device).toBe(8));
  kept.account = accountOf("opens", 8);
  said = [];
  const third = await openTab("opens", 7);
  await vi.waitFor(() => expect(numbers()).toEqual([8]));
  expect(file.device).toBe(8);
  for (const tell of [leader, second, third]) tell({ type: "close" });
});

test("a tab that is opening the file when the person signs out in another drops it, and lets go of the lock", async () => {
  const opening = Promise.withResolvers<void>();
  file.free = opening.promise;
  await openTab("left");
  await vi.waitFor(() => expect(file.device).toBe(7));
  const other = new BroadcastChannel("routebook-store/left");
  const over: Between = { type: "over", code: "signed_out" };
  other.postMessage(over);
  const phases = () => said.flatMap((one) => (one.type === "status" ? [one.status.phase?.name] : []));
  await vi.waitFor(() => expect(phases()).toEqual(["failed"]));
  opening.resolve();
  await vi.waitFor(() => expect(file.dropped).toBe(1));
  await navigator.locks.request("routebook-store/left", () => {});
  expect(phases()).toEqual(["failed"]);
  other.close();
});

const isBehind = () => said.filter(({ type }) => type === "behind").length;

test("an older version leaves the file to a newer one once it has answered, and leads again when that one goes", async () => {
  const sending = Promise.withResolvers<void>();
  file.sent = sending.promise;
  const older = await openTab("versions");
  await vi.waitFor(() => expect(file.opened).toBe(1));
  older({ type: "call", seq: 1, call: { name: "send_files" } });
  const newer = await openTab("versions", 7, "2");
  newer({ type: "call", seq: 2, call: CALL });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([file.closed, answers()]).toEqual([0, []]);
  sending.resolve();
  await vi.waitFor(() =>
    expect(answers()).toEqual([
      [1, true],
      [2, true],
    ]),
  );
  expect([file.closed, file.opened, file.version]).toEqual([1, 2, "2"]);
  await vi.waitFor(() => expect(isBehind()).toBe(1));
  older({ type: "call", seq: 3, call: CALL });
  await vi.waitFor(() => expect(answers().at(-1)).toEqual([3, true]));
  expect(file.opened).toBe(2);
  newer({ type: "close" });
  await vi.waitFor(() => expect(file.version).toBe("1"));
  older({ type: "close" });
});

test("a newer version leads also where an older one stood before it in the queue", async () => {
  const first = await openTab("queue");
  await vi.waitFor(() => expect(file.opened).toBe(1));
  const second = await openTab("queue");
  second({ type: "call", seq: 1, call: CALL });
  await vi.waitFor(() => expect(answers()).toEqual([[1, true]]));
  const newer = await openTab("queue", 7, "2");
  await vi.waitFor(() => expect(file.version).toBe("2"));
  await vi.waitFor(() => expect(isBehind()).toBe(2));
  for (const tell of [newer, first, second]) tell({ type: "close" });
});

test("an older version that opens later follows the newer one", async () => {
  const newer = await openTab("later", 7, "2");
  await vi.waitFor(() => expect(file.opened).toBe(1));
  const older = await openTab("later");
  await vi.waitFor(() => expect(isBehind()).toBe(1));
  expect([file.opened, file.closed]).toEqual([1, 0]);
  for (const tell of [older, newer]) tell({ type: "close" });
});

test("a newer version that cannot open the file follows an older one", async () => {
  const older = await openTab("fails");
  await vi.waitFor(() => expect(file.opened).toBe(1));
  file.failures = 1;
  const newer = await openTab("fails", 7, "2");
  await vi.waitFor(() => expect(file.opened).toBe(2));
  newer({ type: "call", seq: 1, call: CALL });
  await vi.waitFor(() => expect(answers()).toContainEqual([1, true]));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([file.opened, file.version]).toEqual([2, "1"]);
  for (const tell of [older, newer]) tell({ type: "close" });
});

import { afterEach, expect, test, vi } from "vitest";
import type { Account } from "./account.ts";
import type { Answer, Between, Call, Opening, ToPage, ToWorker } from "./wire.ts";

/** How often the file cannot be opened, could be, and was dropped; under which number it is sent, and what opening it waits for. */
const file = vi.hoisted(() => ({ failures: 0, opened: 0, dropped: 0, device: 0, free: Promise.resolve() }));
// The file is the browser's: here are only the tabs, their locks and what they say to each other.
vi.mock("./lead.ts", () => ({
  async lead({ account }: Opening) {
    if (file.failures > 0) {
      file.failures -= 1;
      throw new Error("the files are held by somebody a moment longer");
    }
    file.device = account.device;
    await file.free;
    file.opened += 1;
    const answer = async ({ name }: Call): Promise<Answer> => {
      if (name === "sign_out") file.dropped += 1;
      return { ok: true, value: file.opened, reads: [] };
    };
    const adopt = ({ device }: Account) => {
      file.device = device;
    };
    return { status: {}, answer, adopt, isSignedOut: false, wake() {}, setPersisted() {}, close() {} };
  },
}));

/** Who the device keeps as signed in. */
const kept = vi.hoisted(() => ({ account: null as Account | null }));
vi.mock("./account.ts", () => ({ readAccount: async () => kept.account }));

const CALL: Call = { name: "export" };

const accountOf = (person: string, device: number): Account => ({ person, name: "Marek", role: "rep", device });

/** What the workers say to their pages; the calls of all tabs have numbers of their own here. */
let said: ToPage[] = [];
const answers = () => said.flatMap((one) => (one.type === "answer" ? [[one.seq, one.answer.ok]] : []));

/** Opens a tab, whose worker is loaded anew; returns the way to tell it something. */
async function openTab(person: string, device = 7): Promise<(message: ToWorker) => void> {
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
  tell({ type: "open", opening: { account: accountOf(person, device), version: "1" } });
  return tell;
}

afterEach(() => {
  said = [];
  kept.account = null;
  file.device = 0;
  file.failures = 0;
  file.opened = 0;
  file.dropped = 0;
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

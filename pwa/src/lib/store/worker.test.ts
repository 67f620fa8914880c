import { afterEach, expect, test, vi } from "vitest";
import type { Answer, Call, ToPage, ToWorker } from "./wire.ts";

/** How often the file cannot be opened, and how often it could. */
const file = vi.hoisted(() => ({ failures: 0, opened: 0 }));
// The file is the browser's: here are only the tabs, their locks and what they say to each other.
vi.mock("./lead.ts", () => ({
  async lead() {
    if (file.failures > 0) {
      file.failures -= 1;
      throw new Error("the files are held by somebody a moment longer");
    }
    file.opened += 1;
    const answer = async (): Promise<Answer> => ({ ok: true, value: file.opened, reads: [] });
    return { status: {}, answer, isSignedOut: false, wake() {}, setPersisted() {}, close() {} };
  },
}));

const CALL: Call = { name: "export" };

/** What the workers say to their pages; the calls of all tabs have numbers of their own here. */
let said: ToPage[] = [];
const answers = () => said.flatMap((one) => (one.type === "answer" ? [[one.seq, one.answer.ok]] : []));

/** Opens a tab, whose worker is loaded anew; returns the way to tell it something. */
async function openTab(person: string): Promise<(message: ToWorker) => void> {
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
  tell({ type: "open", opening: { account: { person, name: "Marek", role: "rep", device: 7 }, version: "1" } });
  return tell;
}

afterEach(() => {
  said = [];
  file.failures = 0;
  file.opened = 0;
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

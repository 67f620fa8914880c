import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Recorder } from "./recorder.svelte";
import type { Taking } from "./taking";

class Microphone {
  static readonly begun: Microphone[] = [];
  static readonly isTypeSupported = () => true;
  state = "inactive";
  mimeType = "audio/webm";
  ondataavailable: ((event: { data: Blob }) => void) | null = null;
  onstop: (() => void) | null = null;
  start() {
    this.state = "recording";
    Microphone.begun.push(this);
  }
  stop() {
    this.state = "inactive";
    this.ondataavailable?.({ data: new Blob(["said"]) });
    this.onstop?.();
  }
}

const track = { stop: vi.fn(), onended: null };
const stream = { getTracks: () => [track] } as unknown as MediaStream;
const taking = { add: vi.fn(), end: vi.fn() } as unknown as Taking;
const begun = vi.fn(() => taking);
const kept = vi.fn();
/** What the person, or the browser, answers when the microphone is asked for. */
let answer: PromiseWithResolvers<MediaStream>;

beforeEach(() => {
  answer = Promise.withResolvers();
  vi.stubGlobal("MediaRecorder", Microphone);
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => answer.promise } });
});
afterEach(() => {
  Microphone.begun.length = 0;
  vi.clearAllMocks();
  vi.unstubAllGlobals();
});

test("what is said until the end is kept, and the microphone is given back", async () => {
  const recorder = new Recorder(begun, kept);
  const started = recorder.start();
  answer.resolve(stream);
  await started;
  expect(recorder.state).toBe("recording");
  recorder.stop();
  expect(recorder.state).toBe("idle");
  expect(kept).toHaveBeenCalledOnce();
  expect(track.stop).toHaveBeenCalledOnce();
});

test.each(["stop", "discard"] as const)(
  "who leaves while the microphone is asked for is not recorded: %s",
  async (end) => {
    const recorder = new Recorder(begun, kept);
    const started = recorder.start();
    recorder[end]();
    answer.resolve(stream);
    await started;
    expect(Microphone.begun).toEqual([]);
    expect(begun).not.toHaveBeenCalled();
    expect(track.stop).toHaveBeenCalledOnce();
    expect(recorder.state).toBe("idle");
  },
);

test("one that was left can be begun again", async () => {
  const recorder = new Recorder(begun, kept);
  const left = recorder.start();
  recorder.stop();
  answer.resolve(stream);
  await left;
  expect(recorder.state).toBe("idle");
  await recorder.start();
  expect(recorder.state).toBe("recording");
  recorder.discard();
  expect(kept).not.toHaveBeenCalled();
});

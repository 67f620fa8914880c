import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Draft } from "./draft.svelte";

/** A disk that takes what it is given when it is told to. */
class Disk {
  written: string[] = [];
  answer: (isSaved: boolean) => void = () => {};
  readonly write = (note: string): Promise<boolean> => {
    this.written.push(note);
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  };
}

let disk: Disk;
let draft: Draft;
const type = (text: string) => {
  draft.text = text;
  draft.changed();
};
const saved = async (isSaved = true) => {
  disk.answer(isSaved);
  await vi.advanceTimersByTimeAsync(0);
};

beforeEach(() => {
  vi.useFakeTimers();
  disk = new Disk();
  draft = new Draft("before", disk.write, () => Date.now());
});
afterEach(() => vi.useRealTimers());

describe("a note being written", () => {
  test("is saved once, after a pause in the typing", async () => {
    for (const text of ["E", "Ew", "Ewa"]) type(text);
    await vi.advanceTimersByTimeAsync(499);
    expect(disk.written).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(disk.written).toEqual(["Ewa"]);
  });

  test("is saved every three seconds while nobody pauses", async () => {
    for (let step = 0; step < 40; step += 1) {
      type("x".repeat(step + 1));
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(disk.written).toHaveLength(1);
    expect(disk.written[0]?.length).toBe(30);
  });

  test("is called saved only when it is on the disk", async () => {
    type("Ewa");
    expect(draft.state).toBe("saving");
    await vi.advanceTimersByTimeAsync(500);
    expect(draft.state).toBe("saving");
    await saved();
    expect(draft.state).toBe("saved");
  });

  test("is not called saved while a later word is not", async () => {
    type("Ewa");
    await vi.advanceTimersByTimeAsync(500);
    type("Ewa approves");
    await saved();
    expect(draft.state).toBe("saving");
    await vi.advanceTimersByTimeAsync(500);
    await saved();
    expect([draft.state, disk.written]).toEqual(["saved", ["Ewa", "Ewa approves"]]);
  });

  test("that could not be saved says so and is tried again at the next change", async () => {
    type("Ewa");
    await vi.advanceTimersByTimeAsync(500);
    await saved(false);
    expect(draft.state).toBe("failed");
    void draft.flush();
    await saved();
    expect([draft.state, disk.written]).toEqual(["saved", ["Ewa", "Ewa"]]);
  });

  test("is saved at once on leaving, and nothing is written where nothing has changed", async () => {
    void draft.flush();
    expect(disk.written).toEqual([]);
    type("Ewa");
    void draft.flush();
    expect(disk.written).toEqual(["Ewa"]);
    await saved();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(disk.written).toEqual(["Ewa"]);
  });
});

test("leaving the field and finishing the visit at once save the words once, and both wait for the disk", async () => {
  type("Ewa");
  void draft.flush();
  let isFinished = false;
  void draft.flush().then(() => {
    isFinished = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect([disk.written, isFinished]).toEqual([["Ewa"], false]);
  await saved();
  expect([draft.state, isFinished]).toEqual(["saved", true]);
});

describe("a note changed elsewhere", () => {
  test("is shown", () => {
    draft.adopt("from the tablet");
    expect(draft.text).toBe("from the tablet");
  });

  test("never replaces words that are not saved yet", () => {
    type("Ewa");
    draft.adopt("from the tablet");
    expect(draft.text).toBe("Ewa");
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { mergeWritten } from "#lib/domain/splice";
import { Draft } from "./draft.svelte";

/** A disk that takes what it is given when it is told to. */
class Disk {
  written: string[] = [];
  readonly #answers: ((isSaved: boolean) => void)[] = [];
  readonly write = (note: string): Promise<boolean> => {
    this.written.push(note);
    return new Promise((resolve) => {
      this.#answers.push(resolve);
    });
  };
  answer(isSaved: boolean): void {
    this.#answers.shift()?.(isSaved);
  }
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

test("a text that was put back while it was being saved is saved as it is now", async () => {
  type("Ewa");
  void draft.flush();
  type("before");
  void draft.flush();
  await saved();
  await saved();
  expect([draft.state, disk.written]).toEqual(["saved", ["Ewa", "before"]]);
});

describe("what is stored", () => {
  const save = async (text: string) => {
    type(text);
    void draft.flush();
    await saved();
  };

  test("may be read once more as it was before the save: the words stay", async () => {
    await save("Ewa");
    draft.adopt("before");
    expect(draft.text).toBe("Ewa");
    type("Ewa approves");
    draft.adopt("Ewa");
    expect([draft.text, draft.state]).toEqual(["Ewa approves", "saving"]);
  });

  test("may come round late, after the next save", async () => {
    await save("Ewa");
    await save("Ewa approves");
    draft.adopt("Ewa");
    expect(draft.text).toBe("Ewa approves");
    draft.adopt("Ewa approves");
    expect(draft.text).toBe("Ewa approves");
  });

  test("is shown where another device changes it after the save, also back to what it was", async () => {
    await save("Ewa");
    draft.adopt("Ewa");
    draft.adopt("before");
    expect([draft.text, draft.state]).toEqual(["before", "saved"]);
  });

  test("is not written again by a change that comes from there", async () => {
    draft.adopt("from the tablet");
    await draft.flush();
    expect(disk.written).toEqual([]);
  });
});

describe("a text that is stored without its outer spaces", () => {
  beforeEach(() => {
    draft = new Draft("", disk.write, () => Date.now(), { stored: (text) => text.trim() });
  });

  test("keeps the space after which somebody thinks", async () => {
    type("Hello ");
    void draft.flush();
    await saved();
    draft.adopt("Hello");
    expect(draft.text).toBe("Hello ");
  });

  test("is not written for a space alone", async () => {
    type("Hello");
    void draft.flush();
    await saved();
    type("Hello ");
    await draft.flush();
    expect([disk.written, draft.state]).toEqual([["Hello"], "saved"]);
  });
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

describe("a note that two write in", () => {
  beforeEach(() => {
    draft = new Draft("Ewa there", disk.write, () => Date.now(), { merge: mergeWritten });
  });

  test("has the words of both, and saves them", async () => {
    type("Ewa there, call her");
    draft.adopt("Ewa not there");
    expect(draft.text).toBe("Ewa not there, call her");
    await vi.advanceTimersByTimeAsync(500);
    await saved();
    expect([draft.state, disk.written]).toEqual(["saved", ["Ewa not there, call her"]]);
  });

  test("saves the other's words too where its own are on their way over them", async () => {
    type("Ewa there, call her");
    void draft.flush();
    draft.adopt("Ewa not there");
    await saved();
    expect(draft.state).toBe("saving");
    await vi.advanceTimersByTimeAsync(500);
    await saved();
    draft.adopt("Ewa there, call her");
    draft.adopt("Ewa not there, call her");
    expect([draft.text, draft.state]).toEqual(["Ewa not there, call her", "saved"]);
    expect(disk.written).toEqual(["Ewa there, call her", "Ewa not there, call her"]);
  });

  test("shows what the server made of both once nothing is unsaved", async () => {
    type("Ewa there, call her");
    void draft.flush();
    await saved();
    draft.adopt("Ewa not there, call her");
    expect([draft.text, draft.state]).toEqual(["Ewa not there, call her", "saved"]);
    await draft.flush();
    expect(disk.written).toHaveLength(1);
  });

  test("has nothing to save where both wrote the same", async () => {
    type("Ewa there now");
    draft.adopt("Ewa there now");
    expect(draft.state).toBe("saved");
    await vi.advanceTimersByTimeAsync(500);
    expect(disk.written).toEqual([]);
  });
});

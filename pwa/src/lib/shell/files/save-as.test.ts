import { expect, test } from "vitest";
import { type Picked, saveAs } from "./save-as";

/** A place that a person has chosen; what is there is there once it is closed. */
function place() {
  let written = "";
  const disk = { text: null as string | null, isFull: false };
  const picked: Picked = {
    createWritable: async () => ({
      write: async (blob: Blob) => {
        if (disk.isFull) throw new DOMException("no room", "QuotaExceededError");
        written = await blob.text();
      },
      close: async () => {
        disk.text = written;
      },
      abort: async () => {},
    }),
  };
  return { disk, pick: async () => picked };
}

const work = async () => new Blob(["work"]);
const nowhere = () => expect.unreachable();

test("a file for which a place was chosen is saved once it is on the disk", async () => {
  const { disk, pick } = place();
  expect(await saveAs("a.json", work, { pick, offer: nowhere })).toBe("saved");
  expect(disk.text).toBe("work");
});

test("who cancels has saved nothing, and nothing is made for it", async () => {
  const pick = () => Promise.reject(new DOMException("The user aborted a request.", "AbortError"));
  expect(await saveAs("a.json", nowhere, { pick, offer: nowhere })).toBe("cancelled");
});

test("a disk that is full is told", async () => {
  const { disk, pick } = place();
  disk.isFull = true;
  await expect(saveAs("a.json", work, { pick, offer: nowhere })).rejects.toThrow("no room");
  expect(disk.text).toBeNull();
});

test("where nobody can be asked for a place, or the browser does not let him, the file is offered and nothing is known", async () => {
  const offered: string[] = [];
  const offer = (_: Blob, name: string) => void offered.push(name);
  const pick = () => Promise.reject(new DOMException("not in here", "SecurityError"));
  expect(await saveAs("a.json", work, { pick: undefined, offer })).toBe("offered");
  expect(await saveAs("b.json", work, { pick, offer })).toBe("offered");
  expect(offered).toEqual(["a.json", "b.json"]);
});

import { expect, test } from "vitest";
import { homelessPhotos as photos } from "./homeless.svelte";

const AT_VISIT = { customer: "c", visit: "v" };
const picture = (name: string) => new File([], name);
const names = (files: readonly File[]) => files.map(({ name }) => name);

test("a picture that had no room is found again where it was taken, and nowhere else", () => {
  photos.hold({ ...AT_VISIT }, [picture("shelf")]);
  photos.hold({ ...AT_VISIT }, [picture("door")]);
  photos.hold(AT_VISIT, [picture("answer")], "How is the shelf?");
  expect(names(photos.of(AT_VISIT))).toEqual(["shelf", "door"]);
  expect(names(photos.of(AT_VISIT, "How is the shelf?"))).toEqual(["answer"]);
  expect(photos.of({ customer: "c", visit: null })).toEqual([]);
  expect(photos.of({ customer: "c", visit: "another" })).toEqual([]);
});

test("who takes it to try again has it alone", () => {
  expect(names(photos.take(AT_VISIT))).toEqual(["shelf", "door"]);
  expect(photos.take(AT_VISIT)).toEqual([]);
  expect(names(photos.take(AT_VISIT, "How is the shelf?"))).toEqual(["answer"]);
});

test("the browser asks before it closes the app while something is held, wherever one is in it", () => {
  const asked = () => {
    const leaving = new Event("beforeunload", { cancelable: true });
    target.dispatchEvent(leaving);
    return leaving.defaultPrevented;
  };
  const target = new EventTarget();
  Object.assign(globalThis, {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  });
  photos.hold(AT_VISIT, [picture("shelf"), picture("door")]);
  expect(asked()).toBe(true);
  photos.take(AT_VISIT);
  expect(asked()).toBe(false);
});

import { expect, test } from "vitest";
import { tagOf } from "#lib/i18n";
import { Dictation, type Recognition } from "./dictation.svelte";

class Ear implements Recognition {
  lang = "";
  continuous = false;
  interimResults = true;
  onresult: Recognition["onresult"] = null;
  onerror: Recognition["onerror"] = null;
  onend: Recognition["onend"] = null;
  start() {}
  stop() {
    this.onend?.();
  }
  hear(transcript: string, isFinal = true) {
    this.onresult?.({ resultIndex: 0, results: [{ isFinal, 0: { transcript } }] });
  }
}

function dictation() {
  const ear = new Ear();
  const words: string[] = [];
  return {
    ear,
    words,
    dictation: new Dictation(
      (heard) => words.push(heard),
      () => ear,
    ),
  };
}

test("finished phrases are heard in the reader's language until it is ended", () => {
  const { ear, words, dictation: one } = dictation();
  one.toggle("fa-IR");
  expect([one.state, ear.lang]).toEqual(["listening", "fa-IR"]);
  ear.hear("Ewa app", false);
  ear.hear(" Ewa approves ");
  one.toggle("fa-IR");
  expect([one.state, words]).toEqual(["off", ["Ewa approves"]]);
});

test("a language is asked for without the calendar and the digits of its reader, which listeners do not know", () => {
  const { ear, dictation: one } = dictation();
  one.toggle(tagOf({ locale: "fa", calendar: "persian" }));
  expect(ear.lang).toBe("fa-IR");
  one.stop();
  one.toggle(tagOf({ locale: "en", calendar: "gregory" }));
  expect(ear.lang).toBe("en-GB");
});

test.each([
  ["not-allowed", "denied"],
  ["service-not-allowed", "denied"],
  ["network", "offline"],
  ["no-speech", "failed"],
  ["aborted", "off"],
])("what goes wrong is said: %s is %s", (error, state) => {
  const { ear, dictation: one } = dictation();
  one.toggle("en-GB");
  ear.onerror?.({ error });
  ear.onend?.();
  expect(one.state).toBe(state);
});

test("it can be tried again after it failed", () => {
  const { ear, dictation: one } = dictation();
  one.toggle("en-GB");
  ear.onerror?.({ error: "network" });
  ear.onend?.();
  one.toggle("en-GB");
  expect(one.state).toBe("listening");
});

test("a browser without it has no button", () => {
  expect(new Dictation(() => {}, null).isPossible).toBe(false);
});

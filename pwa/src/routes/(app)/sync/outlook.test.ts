import { expect, test } from "vitest";
import { type FilesStatus, NO_FILES } from "#lib/store/files/status";
import { outlookOf } from "./outlook";

const REFUSED = { name: "refused", code: "wrong_content" } as const;
const files = (given: Partial<FilesStatus>): FilesStatus => ({ ...NO_FILES, ...given });

test("everything is at the office where neither an edit nor a file waits", () => {
  expect(outlookOf({ waiting: 0, files: NO_FILES })).toEqual({ waiting: 0, notTaken: 0, going: "sent" });
});

test("files wait as edits do, and are counted with them", () => {
  const two = files({ waiting: 2 });
  expect(outlookOf({ waiting: 0, files: two })).toEqual({ waiting: 2, notTaken: 0, going: "waiting" });
  expect(outlookOf({ waiting: 3, files: two })).toEqual({ waiting: 5, notTaken: 0, going: "sending" });
  expect(outlookOf({ waiting: 0, files: { ...two, sending: true } }).going).toBe("sending");
});

test("files that wait for Wi-Fi or for room at the server say so", () => {
  expect(outlookOf({ waiting: 0, files: files({ waiting: 1, held: "wifi" }) }).going).toBe("wifi");
  expect(outlookOf({ waiting: 0, files: files({ waiting: 1, held: "no_space" }) }).going).toBe("no_space");
});

test("what was not taken neither waits nor is at the office", () => {
  const two = files({ waiting: 2, states: { a: REFUSED, b: REFUSED } });
  expect(outlookOf({ waiting: 0, files: two })).toEqual({ waiting: 0, notTaken: 2, going: "not_taken" });
  expect(outlookOf({ waiting: 0, files: { ...two, waiting: 3 } })).toEqual({
    waiting: 1,
    notTaken: 2,
    going: "waiting",
  });
});

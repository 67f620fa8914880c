import { expect, test } from "vitest";
import { typeOfContent } from "./file-content";
import { cases } from "./office.cases.json";

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

test.each(cases)("$what: taken is $taken, as the server says too", ({ zip, taken }) => {
  const bytes = Uint8Array.from(atob(zip), (letter) => letter.charCodeAt(0));
  expect(typeOfContent(DOCX, bytes)).toBe(taken ? DOCX : null);
  expect(typeOfContent("text/csv", bytes)).toBe(null);
});

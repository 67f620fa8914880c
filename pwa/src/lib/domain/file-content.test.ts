import { expect, test } from "vitest";
import { HEAD, typeOfContent } from "./file-content";

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf16 = (text: string, isLittle = true) => {
  const units = [0xfeff, ...Array.from(text, (letter) => letter.charCodeAt(0))];
  return Uint8Array.from(units.flatMap((unit) => (isLittle ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])));
};
/** "Заказ;4" and a Chinese "订单;4" as spreadsheets write them in Windows' own codings, "żółty" in the Polish one. */
const CP1251 = bytes("\xc7\xe0\xea\xe0\xe7;4\r\n");
const GBK = bytes("\xb6\xa9\xb5\xa5;4\r\n");
const CP1250 = bytes("\xbf\xf3\xb3ty;4\r\n");

test("a picture is what its bytes say, whatever it is called", () => {
  const byStart = {
    "image/jpeg": "\xff\xd8\xff\xdb",
    "image/png": "\x89PNG\r\n\x1a\n",
    "image/webp": "RIFF\x10\0\0\0WEBPVP8 ",
    "image/heic": "\0\0\0\x18ftypheic",
    "image/avif": "\0\0\0\x1cftypavif",
    "application/pdf": "%PDF-1.7\n",
  };
  for (const [type, start] of Object.entries(byStart))
    for (const named of ["image/jpeg", "image/png", "application/pdf", "text/plain", DOCX])
      expect([named, typeOfContent(named, bytes(start))]).toEqual([named, type]);
});

test("text is text in the coding of any country", () => {
  for (const text of [
    new TextEncoder().encode("żółty;4"),
    CP1251,
    GBK,
    CP1250,
    utf16("Заказ;4"),
    utf16("订单;4", false),
  ])
    for (const named of ["text/csv", "text/plain"]) expect(typeOfContent(named, text)).toBe(named);
  const long = utf16("Заказ;4\n".repeat(HEAD));
  expect(typeOfContent("text/csv", long.subarray(0, HEAD))).toBe("text/csv");
  expect(typeOfContent("text/csv", new TextEncoder().encode("ż".repeat(HEAD)).subarray(1, HEAD + 1))).toBe("text/csv");
});

test("what the server would refuse is nothing", () => {
  const refused: readonly (readonly [string, Uint8Array])[] = [
    ["image/jpeg", bytes("GIF89a")],
    ["image/png", bytes("<svg/>")],
    ["application/pdf", bytes("MZ\x90\0")],
    [DOCX, bytes("\xd0\xcf\x11\xe0")],
    ["application/pdf", bytes("PK\x03\x04")],
    ["text/csv", bytes("PK\x03\x04")],
    ["text/plain", bytes("a\0b")],
    ["text/plain", bytes("\xc5\xf3\x02\xfe")],
    ["text/plain", bytes(" <html>\xc7")],
    ["text/plain", bytes("\xef\xbb\xbf\n<p>\xff")],
    ["text/csv", bytes("\xc7;1\n<script>")],
    ["text/plain", bytes("#!/bin/sh\n\xc7")],
    ["text/plain", utf16("x <script>")],
    ["text/plain", utf16("Заказ").subarray(0, 5)],
    ["text/plain", utf16("Заказ").subarray(2)],
    ["text/plain", bytes("\0\0\0\x1cftypisom")],
  ];
  for (const [named, head] of refused)
    expect([named, [...head], typeOfContent(named, head)]).toEqual([named, [...head], null]);
});

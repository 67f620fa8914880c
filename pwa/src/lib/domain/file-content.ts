import { isOffice } from "./office";

/**
 * Content: what bytes really are, by how they begin, and of an office's documents by what is in them. As the server judges them, so that a file which it would refuse hours later
 * is refused while its person stands there.
 */

/** Bytes of the beginning that decide. */
export const HEAD = 4_096;

const PICTURE_BRANDS: Readonly<Record<string, string>> = {
  avif: "image/avif",
  avis: "image/avif",
  heic: "image/heic",
  heix: "image/heic",
  hevc: "image/heic",
  mif1: "image/heic",
  msf1: "image/heic",
};
const MARKUP = /^\s*<|<(?:!doctype|html|svg|script|iframe|body)\b/i;
/** Characters below the blank that texts have: tabs, ends of lines and pages, escape. */
const IN_TEXTS: readonly number[] = [0x09, 0x0a, 0x0c, 0x0d, 0x1b];

/**
 * Returns the type of a file that is of type `named` by its name; null where it is nothing that the server takes. What a picture or a PDF is called does not matter.
 */
export function typeOfContent(named: string, bytes: Uint8Array): string | null {
  const head = bytes.subarray(0, HEAD);
  const start = String.fromCharCode(...head.subarray(0, 12));
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("RIFF")) return start.endsWith("WEBP") ? "image/webp" : null;
  if (start.slice(4, 8) === "ftyp") return PICTURE_BRANDS[start.slice(8)] ?? null;
  if (start.startsWith("%PDF-")) return "application/pdf";
  if (start.startsWith("PK"))
    return named.startsWith("application/vnd.") && start.startsWith("PK\x03\x04") && isOffice(bytes) ? named : null;
  return named.startsWith("text/") && isText(head) ? named : null;
}

function isText(head: Uint8Array): boolean {
  const text = decode(head);
  if (text === null || text.startsWith("#!") || MARKUP.test(text)) return false;
  return ![...text].some((letter) => letter < " " && !IN_TEXTS.includes(letter.charCodeAt(0)));
}

/** UTF-16 by its mark; every other coding has ASCII's letters in their places, and of the others only these matter. */
function decode(head: Uint8Array): string | null {
  const mark = `${head[0]} ${head[1]}`;
  const coding = mark === "255 254" ? "utf-16le" : mark === "254 255" ? "utf-16be" : null;
  if (coding === null) return new TextDecoder().decode(head);
  try {
    // The beginning may end inside a letter.
    return new TextDecoder(coding, { fatal: true }).decode(head, { stream: head.length >= HEAD });
  } catch {
    return null;
  }
}

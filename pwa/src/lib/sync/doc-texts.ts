/**
 * The text of each record as a reply wrote it, cut out of the whole: the store keeps documents as text, and writing anew what was
 * read from text a moment before took a ninth of a first sync.
 */
import type { Row } from "$sync/messages.ts";

/** The texts of the documents of each bucket's rows, in their order; undefined where one has to be written anew. */
export type DocTexts = { readonly [bucket: string]: readonly (string | undefined)[] };

/** How a row begins (SPEC R51). Inside of a text the quotes would be escaped. */
const HEAD = '{"k":"';

/**
 * Returns the documents of all rows as `text`, the reply as it came, writes them; null unless it is certain where each begins and ends:
 * there is nothing else in it that begins like a row, and row for row they stand there as they were read.
 */
export function docTexts(text: string, rows: { readonly [bucket: string]: readonly Row[] }): DocTexts | null {
  const texts: { [bucket: string]: (string | undefined)[] } = {};
  let start = text.indexOf(HEAD);
  for (const [bucket, page] of Object.entries(rows)) {
    const found: (string | undefined)[] = [];
    for (const { k, i, r, h } of page) {
      if (start < 0) return null;
      const head = `${HEAD}${k}","i":"${i}","r":"${r}"${h === undefined ? "" : `,"h":${h}`}`;
      if (!text.startsWith(head, start)) return null;
      const next = text.indexOf(HEAD, start + HEAD.length);
      found.push(next < 0 ? undefined : docOf(text, start + head.length, next));
      start = next;
    }
    texts[bucket] = found;
  }
  return start < 0 ? texts : null;
}

/** The document that begins at `start`: its row ends with the last brace before the next one, if nothing follows the stamps. */
function docOf(text: string, start: number, next: number): string | undefined {
  const end = text.lastIndexOf("}", next - 1) + 1;
  if (!text.startsWith(',"v":', start) || !text.startsWith("]}}", end - 3)) return undefined;
  return `{${text.slice(start + 1, end)}`;
}

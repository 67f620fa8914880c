/**
 * The rows of a reply, read as the server writes them: row by row, not as a part of one great JSON text. Three fifths of the time that
 * `JSON.parse` took for a page went into the stamps, because an object whose keys nobody has met before is dear to make; the store
 * needs only their text and their checksum. By the way the text of each document is cut out, which the store keeps.
 *
 * What is read here is the whole text, without a gap, by the grammar of JSON: it has no other meaning. Where a single letter stands
 * otherwise than the server writes it, null is returned and the whole is read by `JSON.parse`.
 */
import type { Row } from "$sync/messages.ts";
import type { PackedStamps, StampGroup, Values } from "$sync/record.ts";

/** A row that was read here, with what the store keeps of it. */
export class WrittenRow implements Row {
  constructor(
    readonly k: string,
    readonly i: string,
    readonly r: string,
    readonly h: number,
    readonly v: Values,
    /** The stamps with their fields, in order (SPEC R21). */
    readonly groups: readonly StampGroup[],
    /** The document as the server wrote it. */
    readonly doc: string,
  ) {}

  /** Made only where somebody asks. */
  get s(): PackedStamps {
    return Object.fromEntries(this.groups);
  }
}

/** The rows of a reply by bucket, and the reply without them. */
export interface WrittenRows {
  readonly rows: { readonly [bucket: string]: readonly Row[] };
  readonly rest: string;
}

const START = '{"rows":{';
const BUCKET = /"([a-z]+(?::[0-9a-z]+)?)":\[/y;
const HEAD = /\{"k":"([a-z_]+)","i":"([0-9a-z]+)","r":"([0-9a-z]*)"(?:,"h":(0|[1-9]\d{0,14}))?/y;
/** Between values and stamps. Inside of a text its quotes would be escaped. */
const STAMPS = '},"s":{';
const STAMP = /"([0-9a-z]+)":\[((?:"\w+"(?:,"\w+")*)?)\](,|\}\})/y;
/** The name of the rows in what follows them, or what may spell it: of all escapes only these stand for its letters. */
const ROWS_AGAIN = /"rows"\s*:|\\u/;
const NO_FIELDS: readonly string[] = [];

/** See the module. */
export function readWrittenRows(text: string): WrittenRows | null {
  if (!text.startsWith(START)) return null;
  const reader = new Reader(text);
  try {
    return reader.read();
  } catch (reason) {
    if (reason instanceof SyntaxError) return null;
    throw reason;
  }
}

/** Reads from `at` on; SyntaxError where the text goes on otherwise than expected. */
class Reader {
  #at = START.length;
  /** The last kind: rows of one kind follow each other, and the same text again is not looked up as a name again. */
  #kind = "";

  constructor(private readonly text: string) {}

  read(): WrittenRows {
    const rows: { [bucket: string]: readonly Row[] } = {};
    do {
      const [, bucket = ""] = this.#match(BUCKET);
      if (Object.hasOwn(rows, bucket)) throw new SyntaxError("a bucket that is there already");
      rows[bucket] = this.#page();
    } while (this.#takes(","));
    if (!this.#takes("},")) throw new SyntaxError("no end of the rows");
    const rest = `{${this.text.slice(this.#at)}`;
    if (ROWS_AGAIN.test(rest)) throw new SyntaxError("rows that would take the place of these");
    return { rows, rest };
  }

  #page(): Row[] {
    const page: Row[] = [];
    if (this.#takes("]")) return page;
    do page.push(this.#row());
    while (this.#takes(","));
    if (!this.#takes("]")) throw new SyntaxError("no end of a page");
    return page;
  }

  #row(): Row {
    const [, found = "", i = "", r = "", home] = this.#match(HEAD);
    if (found !== this.#kind) this.#kind = found;
    const k = this.#kind;
    if (this.#takes("}")) return home === undefined ? { k, i, r } : { k, i, r, h: Number(home) };
    const start = this.#at + 1;
    if (!this.#takes(',"v":{')) throw new SyntaxError("no values");
    const end = this.text.indexOf(STAMPS, this.#at - 1) + 1;
    if (end === 0) throw new SyntaxError("no stamps");
    const v: Values = JSON.parse(this.text.slice(start + '"v":'.length, end));
    this.#at = end + STAMPS.length - 1;
    const groups = this.#groups();
    return new WrittenRow(k, i, r, Number(home ?? 0), v, groups, `{${this.text.slice(start, this.#at)}`);
  }

  #groups(): StampGroup[] {
    const groups: StampGroup[] = [];
    for (let last = ""; ; ) {
      const [, stamp = "", fields = "", end] = this.#match(STAMP);
      if (stamp <= last) throw new SyntaxError("stamps out of order");
      groups.push([stamp, fields === "" ? NO_FIELDS : fields.slice(1, -1).split('","')]);
      if (end !== ",") return groups;
      last = stamp;
    }
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found === null) throw new SyntaxError("something else");
    this.#at = pattern.lastIndex;
    return found;
  }

  #takes(expected: string): boolean {
    if (!this.text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }
}

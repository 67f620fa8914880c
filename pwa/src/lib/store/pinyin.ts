/**
 * Names with Han signs by pinyin: in the keys of a store each sign stands as the one that has its rank (SPEC R74, docs/decisions/0254).
 *
 * The ranks are kept in the store beside the keys that were made by them, from the first such name on: both always agree, whatever
 * the browser ranks by now.
 */
import { normalise, sortKey } from "$sync/normalise.ts";
import type { Database } from "./database.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { KINDS, titleField } from "./tables.ts";

/** The signs that are ranked, in two blocks: Extension A, and the Unified Ideographs. */
const FIRST = 0x3400;
const EXTENSION = 0x4dc0 - FIRST;
const UNIFIED = 0x4e00;
const LAST = 0x9fff;
const SIGNS = EXTENSION + LAST - UNIFIED + 1;
const HAN = /[\u3400-\u4dbf\u4e00-\u9fff]/;
/** Only what is written with one of these has Han signs when it is folded; most names are told by that, and cost nothing more. */
const EASTERN = /[\u2e80-\uffff]/;
/** What names are ranked by in a store whose runtime knows no Chinese order: their code points. */
const BY_CODE = "";
const ROWS_AT_ONCE = 1000;

/** The keys of the names of one store; make one for each transaction, or question. */
export class NameKeys {
  /** What each sign stands as, by its code from `FIRST` on; null where it stands as itself. */
  #places: Uint16Array | null | undefined;

  constructor(private readonly database: Database) {}

  /** Returns the key of a name that is stored; call it in the transaction that does. */
  keyOf(name: string): string {
    const key = sortKey(name);
    if (!EASTERN.test(name) || !HAN.test(key)) return key;
    if (this.#places === undefined) this.#places = placesOf(readMeta(this.database, "han") ?? this.#rank());
    const end = key.indexOf("\u0001");
    return this.#placed(key.slice(0, end)) + key.slice(end);
  }

  /** Returns what the keys of names begin with that begin with these words. */
  startOf(search: string): string {
    const start = sortKey(normalise(search)).split("\u0001", 1)[0] ?? "";
    if (!HAN.test(start)) return start;
    // Without ranks there is no such name yet.
    if (this.#places === undefined) this.#places = placesOf(readMeta(this.database, "han") ?? BY_CODE);
    return this.#placed(start);
  }

  #rank(): string {
    const ranked = rankSigns();
    writeMeta(this.database, "han", ranked);
    return ranked;
  }

  #placed(folded: string): string {
    const places = this.#places ?? null;
    if (places === null) return folded;
    let placed = "";
    for (let at = 0; at < folded.length; at += 1) {
      const code = folded.charCodeAt(at);
      placed += String.fromCharCode(places[code - FIRST] || code);
    }
    return placed;
  }
}

/**
 * Makes the keys of all names with Han signs anew where the runtime ranks otherwise than they were made by: another version of the
 * browser does, or the store is older than the ranks. Tells whether it did.
 */
export function settleNames(database: Database): boolean {
  const ranked = readMeta(database, "han");
  if (ranked === null || isRankedSo(ranked)) return false;
  database.transaction(() => {
    writeMeta(database, "han", rankSigns());
    const keys = new NameKeys(database);
    let made = 0;
    for (const kind of KINDS) {
      const title = titleField(kind)?.name;
      if (title === undefined) continue;
      for (const { n, name } of hanNames(database, kind, title)) {
        made += database.run(`UPDATE "${kind}_row" SET sort_key = ? WHERE n = ?`, [keys.keyOf(name), n]);
      }
    }
    if (made === 0) database.run("DELETE FROM meta WHERE name = 'han'");
  });
  return true;
}

function* hanNames(database: Database, kind: string, title: string): Iterable<{ n: number; name: string }> {
  for (let after = 0; ; ) {
    const rows = database.all<{ n: number; name: string }>(
      `SELECT n, "${title}" AS name FROM "${kind}_row"
       WHERE n > ? AND sort_key GLOB '*[\u3400-\u4dbf\u4e00-\u9fff]*' ORDER BY n LIMIT ?`,
      [after, ROWS_AT_ONCE],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.n;
  }
}

/** All signs in their order, as text: some 50 ms of a worker; `BY_CODE` where the runtime knows no Chinese order. */
function rankSigns(): string {
  const compare = byPinyin();
  if (compare === null) return BY_CODE;
  return Array.from({ length: SIGNS }, (_, at) => String.fromCharCode(codeAt(at)))
    .sort(compare)
    .join("");
}

/** Tells whether the runtime would rank the signs just so; each is compared with its neighbour, some 5 ms. */
function isRankedSo(ranked: string): boolean {
  const compare = byPinyin();
  if (compare === null || ranked === BY_CODE) return (compare === null) === (ranked === BY_CODE);
  for (let at = 1; at < ranked.length; at += 1) {
    if (compare(ranked[at - 1] as string, ranked[at] as string) > 0) return false;
  }
  return true;
}

/** How the runtime compares Chinese; null where it has only code points, by which 李 is before 陈. */
function byPinyin(): ((a: string, b: string) => number) | null {
  const { compare } = new Intl.Collator("zh-u-co-pinyin");
  return compare("陈", "李") < 0 ? compare : null;
}

function placesOf(ranked: string): Uint16Array | null {
  if (ranked === BY_CODE) return null;
  const places = new Uint16Array(LAST - FIRST + 1);
  for (let rank = 0; rank < ranked.length; rank += 1) places[ranked.charCodeAt(rank) - FIRST] = codeAt(rank);
  return places;
}

/** The code of the sign that has this place among all by code point. */
function codeAt(place: number): number {
  return place < EXTENSION ? FIRST + place : UNIFIED + place - EXTENSION;
}

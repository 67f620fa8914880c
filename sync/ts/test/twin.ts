/**
 * Plays scripts for the Python core's tests (`tests/property/test_twins.py`): one JSON script a line in, the canonical
 * text of all that came of it a line out, as a JSON string. Run by Node as it stands.
 */
import { createInterface } from "node:readline";
import { rowChecksum } from "../src/checksum.ts";
import { type Clock, clamp, stampFromClock, tick } from "../src/clock.ts";
import { canonical, elements, type Json, type SetState } from "../src/joins.ts";
import { normalise, normalisePhone, sortKey } from "../src/normalise.ts";
import { conflicts, type Doc, isChanged, joinDocs, mergeEdit, type Values } from "../src/record.ts";
import { ENTITY_TYPES, type EntityType, type Kind } from "../src/schema.gen.ts";
import { compareText } from "../src/text_order.ts";

interface Script {
  readonly kind: Kind;
  readonly edits: readonly [Values, string, { readonly [field: string]: string } | null][];
  readonly clock: Clock;
  readonly situations: readonly [number, string][];
  readonly texts: readonly string[];
}

function play({ kind, edits, clock, situations, texts }: Script): Json {
  const entity: EntityType = ENTITY_TYPES[kind];
  let doc: Doc | null = null;
  const merges: Json[] = [];
  for (const [values, stamp, base] of edits) {
    const before: Doc = doc ?? { v: {}, s: {} };
    const merge = mergeEdit(entity, doc, values, stamp, base ?? undefined);
    const alone = mergeEdit(entity, null, values, stamp).doc;
    doc = merge.doc;
    merges.push([
      state(doc),
      state(joinDocs(entity, alone, before)),
      isChanged(merge),
      conflicts(merge).map((change) => change.field),
      rowChecksum(entity, stamp, merges.length, doc),
      elements((doc.v.tags ?? {}) as SetState),
    ]);
  }
  let now = clock;
  let last = "";
  const stamps = situations.map(([nowMs, floor]) => {
    now = tick(now, nowMs, floor);
    last = clamp(stampFromClock(now), nowMs, last);
    return [stampFromClock(now), last];
  });
  const folded = texts.map((text) => [normalise(text), normalisePhone(text), sortKey(text)]);
  return [merges, stamps, folded, texts.toSorted((a, b) => compareText(sortKey(a), sortKey(b)))];
}

function state({ v, s }: Doc): Json {
  return { v, s };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(canonical(play(JSON.parse(line))))}\n`);
}

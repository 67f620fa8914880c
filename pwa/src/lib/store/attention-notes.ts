/** Notes of what needs a look, as verdicts say it. */
import { msFromStamp } from "$sync/clock.ts";
import type { Json } from "$sync/joins.ts";
import { docFromRow, type Edit, type SyncReply, type Verdict } from "$sync/messages.ts";
import { type Doc, unpackStamps } from "$sync/record.ts";
import type { Kind, VerdictKind } from "$sync/schema.gen.ts";
import type { Database } from "./database.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { isKind } from "./tables.ts";
import { labelOf } from "./visible.ts";

/** Verdicts on an edit that changed nothing. */
export const REFUSED: ReadonlySet<VerdictKind> = new Set(["held", "rejected"]);

/**
 * Writes down what a human has to look at, with what its author had seen when he wrote it; a refused group is one thing, so is one
 * that met removed records, and so is a refused creation with what follows it.
 */
export class AttentionNotes {
  /** The entry of a group, by verdict and group; at first, of the group that goes on after the last reply. */
  readonly #entryByGroup: Map<string, number>;

  constructor(
    private readonly database: Database,
    private readonly reply: Pick<SyncReply, "now" | "rows">,
  ) {
    this.#entryByGroup = new Map(JSON.parse(readMeta(database, "group") ?? "[]"));
  }

  note(edit: Edit, verdict: Verdict, seen: Doc | null): void {
    if (verdict.verdict === "conflict" && edit.kind === "held_edit") {
      const applied = this.#appliedBy(edit, seen);
      // With the decision beside it: what it applied is not this person's own (`forgetOthers`).
      if (applied !== null) this.#add(this.#make(applied.edit, verdict, applied.seen), edit, verdict, false);
      return;
    }
    const isWhole = REFUSED.has(verdict.verdict) || verdict.verdict === "merged";
    // A part of a group that met a removed record stands apart from one that was refused.
    const group = isWhole && edit.group !== undefined ? `${verdict.verdict} ${edit.group}` : undefined;
    const known = group === undefined ? undefined : this.#entryOfGroup(group);
    const creation = known === undefined ? this.#entryOfCreation(edit, verdict) : undefined;
    const entry = known ?? creation ?? this.#make(edit, verdict, seen);
    if (known !== undefined || creation !== undefined) this.#add(entry, edit, verdict, creation === undefined);
    if (group !== undefined) this.#entryByGroup.set(group, entry);
  }

  /** Remembers the entries of the group whose verdicts go on in the next reply, if there is one (SPEC R56). */
  keepOpen(group: string | undefined): void {
    const goingOn = [...this.#entryByGroup].filter(([key]) => group !== undefined && key.endsWith(` ${group}`));
    const told = JSON.stringify(goingOn);
    if (told !== (readMeta(this.database, "group") ?? "[]")) writeMeta(this.database, "group", told);
  }

  /** None where what was told of the group by then has been settled since. */
  #entryOfGroup(group: string): number | undefined {
    const entry = this.#entryByGroup.get(group);
    if (entry === undefined) return undefined;
    return this.database.get<{ n: number }>("SELECT n FROM attention WHERE n = ?", [entry])?.n;
  }

  /**
   * What a decision applied to its target, and what stood there; null where the device has not got the offer (SPEC R49). Of the target
   * the page may not have come yet: then the offer says what it is.
   */
  #appliedBy(decision: Edit, heldEdit: Doc | null): { readonly edit: Edit; readonly seen: Doc } | null {
    const {
      target_kind: kind,
      target: id,
      customer,
      values,
    } = (heldEdit ?? this.#docOf("held_edit", decision.id))?.v ?? {};
    if (typeof kind !== "string" || typeof id !== "string" || !isKind(kind) || values == null) return null;
    const found = this.database.get<{ root: string; doc: string }>(`SELECT root, doc FROM "${kind}" WHERE id = ?`, [
      id,
    ]);
    const root = found?.root ?? customer;
    if (typeof root !== "string") return null;
    const edit: Edit = { ...decision, kind, id, root, v: values as Edit["v"], base: {} };
    return { edit, seen: found === undefined ? { v: {}, s: {} } : JSON.parse(found.doc) };
  }

  /** The entry of the refused creation that an edit could only follow, if it is one (SPEC R44). */
  #entryOfCreation({ id, root }: Edit, { code, field }: Verdict): number | undefined {
    if (code !== "missing_root" && code !== "missing_field") return undefined;
    if (code === "missing_field") {
      const isKnown = "SELECT 1 FROM shadow WHERE id = ? AND doc IS NOT NULL";
      if (this.database.get(isKnown, [id]) !== undefined) return undefined;
    }
    return this.database.get<{ n: number }>(
      `SELECT n FROM attention WHERE verdict IN ('rejected', 'held')
         AND (id = ?1 OR EXISTS (SELECT 1 FROM json_each(more) WHERE value ->> 'id' = ?1)) ORDER BY n DESC LIMIT 1`,
      [code === "missing_root" && field !== "id" ? root : id],
    )?.n;
  }

  /** Returns the entry's number. */
  #make(edit: Edit, verdict: Verdict, seen: Doc | null): number {
    const stands = verdict.verdict === "conflict" ? this.#stampsIn(edit.id) : null;
    const losers = (verdict.losers ?? []).map(({ field, value, at, person = "", winner = "" }) => ({
      // By that it can be told later whether what stands is still what the verdict speaks of.
      ...(stands?.has(field) && { stands: stands.get(field) }),
      field,
      value,
      at: msFromStamp(at),
      person,
      winner,
    }));
    const base: { [field: string]: Json } = {};
    for (const field of Object.keys(edit.v)) base[field] = seen?.v[field] ?? null;
    this.database.run(
      `INSERT INTO attention (verdict, code, field, kind, id, root, edit, stamp, base, losers, about, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        verdict.verdict,
        verdict.code ?? "",
        verdict.field ?? losers[0]?.field ?? "",
        edit.kind,
        edit.id,
        edit.root,
        JSON.stringify(edit.v),
        edit.at,
        JSON.stringify(base),
        JSON.stringify(losers),
        this.#nameOf(edit.root),
        this.reply.now,
      ],
    );
    return this.database.get<{ n: number }>("SELECT max(n) AS n FROM attention")?.n ?? 0;
  }

  /** The stamps of a record's row, which follows its verdict (SPEC R53); null where a later page brings it. */
  #stampsIn(id: string): ReadonlyMap<string, string> | null {
    for (const rows of Object.values(this.reply.rows)) {
      const row = rows.find(({ i, k }) => i === id && isKind(k));
      if (row !== undefined) return unpackStamps(docFromRow(row));
    }
    return null;
  }

  /** What a customer is called here, "" for other roots. */
  #nameOf(root: string): string {
    const found = this.#docOf("customer", root);
    return found === null ? "" : labelOf("customer", found.v);
  }

  #docOf(kind: Kind, id: string): Doc | null {
    const found = this.database.get<{ doc: string }>(`SELECT doc FROM "${kind}" WHERE id = ?`, [id]);
    return found === undefined ? null : JSON.parse(found.doc);
  }

  /** One more edit of an entry; `isToBlame` where its verdict may name a field that has to be mended. */
  #add(entry: number, { kind, id, root, v }: Edit, { verdict, field = "" }: Verdict, isToBlame: boolean): void {
    const isHeld = verdict === "held";
    const part = JSON.stringify({ kind, id, root, v, field: isToBlame ? field : "", ...(isHeld && { held: true }) });
    this.database.run("UPDATE attention SET more = json_insert(more, '$[#]', json(?)) WHERE n = ?", [part, entry]);
  }
}

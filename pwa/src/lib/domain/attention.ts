/** What a person does about something that needs a look: each is an edit like any other, over what stands now. */
import type { Change, SetChange } from "#lib/store/change";
import type { AttentionItem, MoreWritten } from "#lib/store/queries/attention";
import type { HeldDecision, HeldOffer } from "#lib/store/queries/held";
import type { Removed } from "#lib/store/queries/removed";
import { type CounterState, elements, type LogState, type SetState, total } from "$sync/joins";
import { ENTITY_TYPES, type HeldEditStatus, type Kind, type PersonRole } from "$sync/schema.gen";
import { putBack } from "./put-back";

type Values = Readonly<Record<string, unknown>>;

/** A value of a conflict, with who wrote it. */
export interface Version {
  readonly value: unknown;
  /** When: milliseconds since 1970 UTC, null if unknown. */
  readonly at: number | null;
  /** Who, "" if unknown; his name, "" if it is not on the device. */
  readonly person: string;
  readonly personName: string;
}

/** The two values of a conflict; one of them is this device's own. */
export interface Conflict {
  /** Null where the record, or the field, is not on this device any more: then one's own is all that there is to show. */
  readonly stands: Version | null;
  /** Null where the other one may not be told here (any more), and this device's own stands, or there is none. */
  readonly gaveWay: Version | null;
  readonly isMineLost: boolean;
  /** Whether what stands was written after the two had met; by whom is known only of this device then. */
  readonly isChanged: boolean;
}

/** The changes that bring removed records back, or remove them again. */
export function broughtBack(removed: readonly Removed[], isBack = true): readonly Change[] {
  return removed.map(({ kind, id, root }) => ({ kind, id, root, v: { deleted: !isBack } }) as Change);
}

/** Returns what met in a conflict, null for anything else. */
export function conflictOf(
  item: AttentionItem,
  me: { readonly person: string; readonly name: string },
): Conflict | null {
  const { verdict, field, written, writtenAt, standing, standingAt } = item;
  if (verdict !== "conflict" || field === "") return null;
  const loser = item.losers.find((one) => one.field === field);
  const mine = { value: written[field], at: writtenAt, person: me.person, personName: me.name };
  const since = standingAt[field];
  if (since === undefined) {
    return { stands: null, gaveWay: field in written ? mine : null, isMineLost: true, isChanged: false };
  }
  const now = { value: standing[field], at: since };
  const from = item.standingFrom[field] ?? "told";
  const isChanged = from !== "told";
  const stands = (person: string, personName: string): Version => {
    if (from === "here") return { ...mine, ...now };
    return isChanged ? { ...now, person: "", personName: "" } : { ...now, person, personName };
  };
  const isOwn = loser?.person === me.person && JSON.stringify(loser.value) === JSON.stringify(mine.value);
  if (loser === undefined && JSON.stringify(now.value) === JSON.stringify(mine.value)) {
    return { stands: { ...mine, ...now }, gaveWay: null, isMineLost: false, isChanged };
  }
  if (loser === undefined || loser.winner !== "" || isOwn) {
    const other = stands(loser?.winner ?? "", loser?.winnerName ?? "");
    return { stands: other, gaveWay: mine, isMineLost: true, isChanged };
  }
  const { value, at, person, personName } = loser;
  const gaveWay = { value, at, person, personName };
  return { stands: stands(me.person, me.name), gaveWay, isMineLost: false, isChanged };
}

/** A field and what stands in it. */
export type Standing = Pick<AttentionItem, "kind" | "id" | "root" | "field" | "standing" | "standingAt">;

/**
 * The change that lets a value that gave way stand again, by one tap; null where it stands already, may not be written, or the record is
 * not on this device any more.
 */
export function useValue(item: Standing, value: unknown, role: PersonRole): Change | null {
  const field = ENTITY_TYPES[item.kind].fields[item.field];
  if (field === undefined || item.standingAt[item.field] === undefined) return null;
  const back = putBack(item, field, value, item.standing[item.field], role);
  return back === null ? null : change(item, { [item.field]: back.write });
}

/**
 * The changes that send a refused edit again, with `values` in place of what was wrong: all of its group, if it had one, and what
 * followed it. What the server keeps it applies by itself. Sets, counters and logs are the same instructions once more.
 */
export function resend(item: AttentionItem, values: Values): readonly Change[] {
  const own = change(item, { ...instructions(item.kind, item.written, item.standing), ...values });
  return [
    own,
    ...item.more.flatMap((part) =>
      isKnown(part) && !part.held ? [change(part, instructions(part.kind, part.v, {}))] : [],
    ),
  ];
}

/**
 * Tells whether a refused entry's edits came as one group, so that they go again as one: all or none (SPEC R45). What merely
 * followed a refused creation (R44) goes edit by edit. A creation has all that its kind requires; a part that follows none in the
 * entry can only be there as one of a group.
 */
export function isGroup(item: AttentionItem): boolean {
  const isNew =
    Object.keys(item.written).every((name) => item.base[name] === null) && hasRequired(item.kind, item.written);
  const made = new Set(isNew ? [item.id] : []);
  for (const part of item.more) {
    if (!made.has(part.id) && !made.has(part.root)) return true;
    if (isKnown(part) && hasRequired(part.kind, part.v)) made.add(part.id);
  }
  return false;
}

function hasRequired(kind: Kind, values: Values): boolean {
  return Object.values(ENTITY_TYPES[kind].fields).every(({ name, required }) => required !== true || name in values);
}

/** The changes that let go of what the server keeps until a refused edit comes; without it, it would wait for ever. */
export function letGo(item: AttentionItem, person: string): readonly Change[] {
  const receipts = new Set(item.more.flatMap((part) => part.receipts));
  return [...receipts].map((id) => ({ kind: "held_edit", id, root: person, v: { status: "discarded" } }));
}

/** The decisions on one's own work that no entry of the list tells already. */
export function untold(decided: readonly HeldDecision[], items: readonly AttentionItem[]): readonly HeldDecision[] {
  const told = new Set(items.flatMap(({ outcome }) => outcome?.receipts ?? []));
  return decided.filter(({ id }) => !told.has(id));
}

/** The change that decides on an offer: applied with the rights of whoever decides, or discarded; its author hears of it. */
export function decide(offer: HeldOffer, status: Exclude<HeldEditStatus, "waiting">): Change {
  return { kind: "held_edit", id: offer.id, root: offer.root, v: { status } };
}

function isKnown(part: MoreWritten): part is MoreWritten & { readonly kind: Kind } {
  return Object.hasOwn(ENTITY_TYPES, part.kind);
}

function change(
  { kind, id, root }: { readonly kind: Kind; readonly id: string; readonly root: string },
  v: Values,
): Change {
  // Which fields it has is only known at run time; the store checks each value against its field's type.
  return { kind, id, root, v } as Change;
}

/** What a person had asked for, from the states that were made of it. */
function instructions(kind: Kind, states: Values, standing: Values): Values {
  const asked: { [field: string]: unknown } = {};
  for (const [name, state] of Object.entries(states)) {
    switch (ENTITY_TYPES[kind].fields[name]?.join) {
      case "set":
        asked[name] = setInstruction(state as SetState);
        break;
      case "counter": {
        const before = (standing[name] ?? {}) as CounterState;
        const devices = Object.keys(state as CounterState);
        const own = Object.fromEntries(devices.map((device) => [device, before[device] ?? ([0, 0] as const)]));
        asked[name] = { plus: total(state as CounterState) - total(own) };
        break;
      }
      case "log":
        asked[name] = { append: Object.values(state as LogState).join("\n") };
        break;
      default:
        asked[name] = state;
    }
  }
  return asked;
}

function setInstruction(state: SetState): SetChange {
  const add = elements(state);
  return { add, remove: Object.keys(state).filter((element) => !add.includes(element)) };
}

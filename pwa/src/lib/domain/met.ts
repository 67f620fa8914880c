/** What a person does about fields that somebody else changed at the same time, where no verdict told him of it. */
import type { Change } from "#lib/store/change";
import type { ConflictItem, MetField } from "#lib/store/queries/conflict";
import type { PersonRole } from "$sync/schema.gen";
import { type Conflict, useValue, type Version } from "./attention";

/** The two values of a field in which this person's own gave way. */
export function metOf(
  { other, otherName }: ConflictItem,
  { value, at, from, mine }: MetField,
  me: { readonly person: string; readonly name: string },
): Conflict {
  const own = { person: me.person, personName: me.name };
  const who: Pick<Version, "person" | "personName"> =
    from === "here" ? own : from === "told" ? { person: other, personName: otherName } : { person: "", personName: "" };
  return {
    stands: at === null ? null : { value, at, ...who },
    gaveWay: mine === null ? null : { ...mine, ...own },
    isMineLost: true,
    isChanged: from !== "told",
  };
}

/** The change that lets this person's own value stand again, and the one that takes that back (null where nothing can). */
export interface Use {
  readonly change: Change;
  readonly back: Change | null;
}

/** How this person's own value comes to stand again; null where it is not known, stands already, or may not be written. */
export function useMine(item: ConflictItem, met: MetField, role: PersonRole): Use | null {
  if (met.mine === null || met.at === null) return null;
  const change = write(item, met, met.mine.value, met.value, role);
  return change === null ? null : { change, back: write(item, met, met.value, met.mine.value, role) };
}

function write(item: ConflictItem, { field, at }: MetField, value: unknown, standing: unknown, role: PersonRole) {
  const { kind, target: id, targetRoot: root } = item;
  return useValue(
    { kind, id, root, field, standing: { [field]: standing }, standingAt: { [field]: at ?? 0 } },
    value,
    role,
  );
}

/** The change that takes it off the list, or puts it back. */
export function takenOff({ id, root }: ConflictItem, isOff = true): Change {
  return { kind: "conflict", id, root, v: { deleted: isOff } };
}

/** What a person can do about an edit that was refused, by the reason that the server gave. */
import type { Change } from "#lib/store/change";
import type { AttentionItem } from "#lib/store/queries/attention";
import { resend } from "./attention";

/**
 * The way on. `edit`: mend the value and send it again; `again`: send it as it is; `without`: send what else was in it; `none`: it
 * can only be put aside.
 */
export type WayOn = "edit" | "again" | "without" | "none";

type Refused = Pick<AttentionItem, "code" | "field" | "written" | "kind">;

export function wayOn({ code, field, written, kind }: Refused): WayOn {
  // A decision that was refused is taken anew where it was offered.
  if (kind === "held_edit") return "none";
  switch (code) {
    case "wrong_type":
    case "missing_field":
      return field === "" ? "none" : "edit";
    case "too_large":
      return "edit";
    case "bad_stamp":
    case "internal":
    case "unavailable":
    case "missing_root":
    case "custody_full":
    case "unknown_kind":
    case "unknown_field":
      return "again";
    case "forbidden_field":
      return Object.keys(written).some((name) => name !== field) ? "without" : "none";
    default:
      return "none";
  }
}

/** The changes that send a refused edit on: with `values` in place of what was wrong, or without the field that was refused. */
export function sendOn(item: AttentionItem, values: Readonly<Record<string, unknown>>): readonly Change[] {
  const [own, ...more] = resend(item, values);
  if (own === undefined || wayOn(item) !== "without") return resend(item, values);
  const left = Object.fromEntries(Object.entries(own.v).filter(([name]) => name !== item.field));
  return [{ ...own, v: left } as Change, ...more];
}

/**
 * Rehearsal: the report is drawn beforehand where nobody sees it, so that whoever checks in does not wait while the browser compiles
 * what draws it (docs/decisions/0237).
 */
import { mount, unmount } from "svelte";
import type { VisitDetail } from "#lib/store/queries/visit";
import Report from "./Report.svelte";

/** Each has a part of the report that the one before has not, so that none of them takes long. */
const STAGES = ["planned", "done", "open"] as const;

/** Returns what is to be done, a step at a time; `context` is that of the place where the report will stand, `now` milliseconds. */
export function rehearsal(person: string, now: number, context: Map<unknown, unknown>): readonly (() => void)[] {
  return STAGES.map((status) => () => {
    const record = { id: "rehearsal", root: "rehearsal", waiting: false };
    const visit = { ...record, person, status, checked_in_at: now, checked_out_at: now };
    const detail: VisitDetail = { visit, customer: null, personName: null, nextStep: null };
    // Gone before its effects would run: it asks nothing, hears nothing, writes nothing.
    void unmount(mount(Report, { target: document.createElement("div"), props: { detail }, context }));
  });
}

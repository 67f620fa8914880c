/**
 * Rehearsal: the report is drawn beforehand where nobody sees it, so that whoever checks in does not wait while the browser compiles
 * what draws it (docs/decisions/0237).
 */
import { type Component, mount, unmount } from "svelte";
import type { VisitDetail } from "#lib/store/queries/visit";
import Files from "./Files.svelte";
import NextStep from "./NextStep.svelte";
import Report from "./Report.svelte";

/** Each has a part of the report that the one before has not, so that none of them takes long. */
const STAGES = ["planned", "done", "open"] as const;

/** Returns what is to be done, a step at a time; `context` is that of the place where the report will stand, `now` milliseconds. */
export function rehearsal(person: string, now: number, context: Map<unknown, unknown>): readonly (() => void)[] {
  const draw = <P extends Record<string, unknown>>(part: Component<P>, props: P) => {
    // Gone before its effects would run: it asks nothing, hears nothing, writes nothing.
    void unmount(mount(part, { target: document.createElement("div"), props, context }));
  };
  const visitIn = (status: (typeof STAGES)[number]): VisitDetail["visit"] => {
    const record = { id: "rehearsal", root: "rehearsal", waiting: false };
    return { ...record, person, status, checked_in_at: now, checked_out_at: now };
  };
  const reports = STAGES.map((status) => () => {
    const detail: VisitDetail = {
      visit: visitIn(status),
      customer: null,
      personName: null,
      nextStep: null,
      step: null,
    };
    draw(Report, { detail });
  });
  // What takes longest of it comes by itself before.
  const visit = visitIn("open");
  return [() => draw(NextStep, { visit, task: null, step: null }), () => draw(Files, { visit, files: [] }), ...reports];
}

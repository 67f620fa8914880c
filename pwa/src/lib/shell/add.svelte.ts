/** The "+" of every screen: whether its sheet is open, and what it begins with. */

/** What the sheet shows first. */
export type AddStart = "all" | "task" | "note" | "photo" | "call" | "contact" | "plan";

/** The customer that the screen is about. */
export interface AddFor {
  readonly id: string;
  readonly name: string;
}

class Add {
  open = $state(false);
  start = $state<AddStart>("all");
  /** A screen about one customer sets it while it is shown, so that the "+" knows. */
  customer = $state.raw<AddFor | null>(null);
  /** How often it was asked for: each time it begins anew, and not when it is merely opened again. */
  shown = $state(0);

  show(start: AddStart = "all"): void {
    this.start = start;
    this.open = true;
    this.shown += 1;
  }
}

export const add = new Add();

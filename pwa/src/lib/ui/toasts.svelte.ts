import type { Icon, Tone } from "./types";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: Extract<Tone, "neutral" | "red">;
  readonly icon: Icon | undefined;
  /** Taking back what was just done. */
  readonly undo: (() => void) | undefined;
  /** What its button says where it takes nothing back but leads somewhere. */
  readonly label: string | undefined;
  readonly milliseconds: number;
  /** When it goes by itself, by `performance.now()`; a sheet that is opened meanwhile and shows it does not lengthen it. */
  readonly until: number;
}

export interface ToastRequest {
  readonly text: string;
  readonly tone?: Toast["tone"];
  readonly icon?: Icon;
  readonly undo?: () => void;
  readonly label?: string;
  /** How long it stays; longer when there is something to undo. */
  readonly milliseconds?: number;
}

let lastId = 0;
const shown = $state<Toast[]>([]);

/** Short words at the lower edge about what was just done. The newest replaces the others: a rep reads one. */
export const toasts = {
  get shown(): readonly Toast[] {
    return shown;
  },

  show(request: ToastRequest): number {
    const { text, tone = "neutral", icon, undo, label } = request;
    const milliseconds = request.milliseconds ?? (undo === undefined ? 4000 : 8000);
    lastId += 1;
    const until = performance.now() + milliseconds;
    shown.splice(0, shown.length, { id: lastId, text, tone, icon, undo, label, milliseconds, until });
    return lastId;
  },

  dismiss(id: number): void {
    const at = shown.findIndex((toast) => toast.id === id);
    if (at >= 0) shown.splice(at, 1);
  },
};

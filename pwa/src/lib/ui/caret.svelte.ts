import { tick } from "svelte";
import { placeAfter } from "#lib/domain/splice";

/** Keeps the place of whoever writes in `field` where `value` is changed from elsewhere. Call it while a component is made. */
export function keepCaret(field: () => HTMLInputElement | HTMLTextAreaElement | undefined, value: () => string): void {
  $effect.pre(() => {
    const after = value();
    const node = field();
    if (node === undefined || node !== document.activeElement || node.value === after) return;
    const { value: before, selectionStart: from, selectionEnd: to } = node;
    if (from === null || to === null) return; // an address, say, tells no place
    void tick().then(() => {
      if (node.value !== after) return;
      node.setSelectionRange(placeAfter(before, after, from), placeAfter(before, after, to));
    });
  });
}

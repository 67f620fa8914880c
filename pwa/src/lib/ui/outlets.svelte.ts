/** Where toasts are shown: the dialog that was opened last has them, because nothing outside of it can be reached. */

import { untrack } from "svelte";

let lastId = 0;
const open = $state<number[]>([]);

export const outlets = {
  /** How many dialogs are open; the page itself is the first place. */
  get dialogs(): number {
    return Math.max(0, open.length - 1);
  },

  /** Call it while a component is made; the place is given up when the component goes. */
  open(): { readonly isTop: boolean } {
    lastId += 1;
    const id = lastId;
    $effect(() => {
      untrack(() => open.push(id));
      return () => {
        const at = open.indexOf(id);
        if (at >= 0) open.splice(at, 1);
      };
    });
    return {
      get isTop() {
        return open.at(-1) === id;
      },
    };
  },
};

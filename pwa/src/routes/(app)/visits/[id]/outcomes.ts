/** The picture of each outcome, beside its word. */
import CalendarSync from "@lucide/svelte/icons/calendar-sync";
import CircleSlash from "@lucide/svelte/icons/circle-slash";
import DoorClosed from "@lucide/svelte/icons/door-closed";
import ShoppingCart from "@lucide/svelte/icons/shopping-cart";
import ThumbsUp from "@lucide/svelte/icons/thumbs-up";
import type { Icon } from "#lib/ui/types";
import type { VisitOutcome } from "$sync/schema.gen";

export const OUTCOME_ICONS: Readonly<Record<VisitOutcome, Icon>> = {
  order: ShoppingCart,
  interested: ThumbsUp,
  follow_up: CalendarSync,
  not_in: DoorClosed,
  no_need: CircleSlash,
};

/** How the results of a call look: one tap each. */
import CalendarClock from "@lucide/svelte/icons/calendar-clock";
import CircleSlash from "@lucide/svelte/icons/circle-slash";
import MessagesSquare from "@lucide/svelte/icons/messages-square";
import PhoneMissed from "@lucide/svelte/icons/phone-missed";
import ThumbsUp from "@lucide/svelte/icons/thumbs-up";
import type { Icon } from "#lib/ui/types";
import type { CallResult } from "$sync/schema.gen";

export const CALL_RESULT_ICONS: Readonly<Record<CallResult, Icon>> = {
  reached: MessagesSquare,
  interested: ThumbsUp,
  call_back: CalendarClock,
  no_answer: PhoneMissed,
  no_need: CircleSlash,
};

/** What became of a reminder, in words, with its icon and colour: colour never alone. */
import Ban from "@lucide/svelte/icons/ban";
import BellRing from "@lucide/svelte/icons/bell-ring";
import Cake from "@lucide/svelte/icons/cake";
import CalendarClock from "@lucide/svelte/icons/calendar-clock";
import CheckCheck from "@lucide/svelte/icons/check-check";
import CircleAlert from "@lucide/svelte/icons/circle-alert";
import ClipboardCheck from "@lucide/svelte/icons/clipboard-check";
import Clock from "@lucide/svelte/icons/clock";
import CloudOff from "@lucide/svelte/icons/cloud-off";
import Eye from "@lucide/svelte/icons/eye";
import Hourglass from "@lucide/svelte/icons/hourglass";
import PhoneMissed from "@lucide/svelte/icons/phone-missed";
import PhoneOutgoing from "@lucide/svelte/icons/phone-outgoing";
import Send from "@lucide/svelte/icons/send";
import TrendingDown from "@lucide/svelte/icons/trending-down";
import type { DeliveryState, ReminderEntry, ReminderRule } from "#lib/api/reminders";
import { m } from "#lib/i18n";
import type { Icon, Tone } from "#lib/ui/types";

interface Told {
  readonly label: () => string;
  readonly icon: Icon;
  readonly tone: Tone;
}

export const RULES: Readonly<Record<ReminderRule, Omit<Told, "tone">>> = {
  task: { label: m.reminders_rule_task, icon: ClipboardCheck },
  promised_call: { label: m.reminders_rule_promised_call, icon: PhoneOutgoing },
  overdue_call: { label: m.reminders_rule_overdue_call, icon: PhoneMissed },
  birthday: { label: m.reminders_rule_birthday, icon: Cake },
  slipping: { label: m.reminders_rule_slipping, icon: TrendingDown },
  call_cycle: { label: m.reminders_rule_call_cycle, icon: CalendarClock },
  unsent: { label: m.reminders_rule_unsent, icon: CloudOff },
  test: { label: m.reminders_rule_test, icon: BellRing },
};

export const STATES: Readonly<Record<DeliveryState, Told>> = {
  planned: { label: m.reminders_state_planned, icon: Clock, tone: "neutral" },
  sending: { label: m.reminders_state_sending, icon: Send, tone: "neutral" },
  sent: { label: m.reminders_state_sent, icon: Send, tone: "blue" },
  shown: { label: m.reminders_state_shown, icon: Eye, tone: "green" },
  acted: { label: m.reminders_state_acted, icon: CheckCheck, tone: "green" },
  failed: { label: m.reminders_state_failed, icon: CircleAlert, tone: "red" },
  expired: { label: m.reminders_state_expired, icon: Hourglass, tone: "amber" },
  cancelled: { label: m.reminders_state_cancelled, icon: Ban, tone: "neutral" },
};

const ACTIONS: Readonly<Record<ReminderEntry["action"], () => string>> = {
  "": () => "",
  done: m.reminders_action_done,
  snooze_hour: m.reminders_action_snooze_hour,
  snooze_tomorrow: m.reminders_action_snooze_tomorrow,
  open: m.reminders_action_open,
};
const CANCELLED: Readonly<Record<ReminderEntry["cancelled"], () => string>> = {
  "": () => "",
  done: m.reminders_cancelled_done,
  deleted: m.reminders_cancelled_deleted,
  moved: m.reminders_cancelled_moved,
  reassigned: m.reminders_cancelled_reassigned,
  hidden: m.reminders_cancelled_hidden,
};

/** Why it was not sent, or what its person did; why it came later. */
export const remarksOf = ({ action, cancelled, isMoved, deliveries }: ReminderEntry): readonly string[] =>
  [
    CANCELLED[cancelled](),
    ACTIONS[action](),
    isMoved ? m.reminders_after_quiet() : "",
    deliveries.some(({ isTogether }) => isTogether) ? m.reminders_together() : "",
  ].filter((text) => text !== "");

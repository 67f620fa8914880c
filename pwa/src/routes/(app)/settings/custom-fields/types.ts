/** The picture of each type of custom field; its word is its choice's. */
import AlignLeft from "@lucide/svelte/icons/align-left";
import CalendarDays from "@lucide/svelte/icons/calendar-days";
import CircleDot from "@lucide/svelte/icons/circle-dot";
import Coins from "@lucide/svelte/icons/coins";
import Hash from "@lucide/svelte/icons/hash";
import LinkIcon from "@lucide/svelte/icons/link";
import ListChecks from "@lucide/svelte/icons/list-checks";
import Mail from "@lucide/svelte/icons/mail";
import Phone from "@lucide/svelte/icons/phone";
import TextIcon from "@lucide/svelte/icons/text";
import ToggleLeft from "@lucide/svelte/icons/toggle-left";
import type { Icon } from "#lib/ui/types";
import type { CustomFieldType } from "$sync/schema.gen";

export const FIELD_ICONS: Readonly<Record<CustomFieldType, Icon>> = {
  text: TextIcon,
  long_text: AlignLeft,
  number: Hash,
  money: Coins,
  day: CalendarDays,
  yes_no: ToggleLeft,
  choice: CircleDot,
  choices: ListChecks,
  email: Mail,
  phone: Phone,
  link: LinkIcon,
};

/** The picture of each type of question. */
import CalendarDays from "@lucide/svelte/icons/calendar-days";
import Camera from "@lucide/svelte/icons/camera";
import CircleDot from "@lucide/svelte/icons/circle-dot";
import Coins from "@lucide/svelte/icons/coins";
import Gauge from "@lucide/svelte/icons/gauge";
import Hash from "@lucide/svelte/icons/hash";
import ListChecks from "@lucide/svelte/icons/list-checks";
import Package from "@lucide/svelte/icons/package";
import TextIcon from "@lucide/svelte/icons/text";
import ToggleLeft from "@lucide/svelte/icons/toggle-left";
import type { QuestionType } from "#lib/domain/visit-form";
import type { Icon } from "#lib/ui/types";

export const TYPE_ICONS: Readonly<Record<QuestionType, Icon>> = {
  yes_no: ToggleLeft,
  one_of: CircleDot,
  several_of: ListChecks,
  scale: Gauge,
  number: Hash,
  money: Coins,
  day: CalendarDays,
  text: TextIcon,
  product: Package,
  photo: Camera,
};

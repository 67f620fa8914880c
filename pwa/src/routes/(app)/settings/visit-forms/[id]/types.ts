/** The picture and the word of each type of question. */
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
import type { Comparison, QuestionType } from "#lib/domain/visit-form";
import { m } from "#lib/i18n";
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

export const TYPE_WORDS: Readonly<Record<QuestionType, () => string>> = {
  yes_no: m.form_type_yes_no,
  one_of: m.form_type_one_of,
  several_of: m.form_type_several_of,
  scale: m.form_type_scale,
  number: m.form_type_number,
  money: m.form_type_money,
  day: m.form_type_day,
  text: m.form_type_text,
  product: m.form_type_product,
  photo: m.form_type_photo,
};

export const COMPARISON_WORDS: Readonly<Record<Comparison, () => string>> = {
  answered: m.form_test_answered,
  is: m.form_test_is,
  is_not: m.form_test_is_not,
  contains: m.form_test_contains,
  greater: m.form_test_greater,
  less: m.form_test_less,
};

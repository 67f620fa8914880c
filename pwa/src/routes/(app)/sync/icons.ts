import Bookmark from "@lucide/svelte/icons/bookmark";
import CalendarOff from "@lucide/svelte/icons/calendar-off";
import ClipboardCheck from "@lucide/svelte/icons/clipboard-check";
import ContactRound from "@lucide/svelte/icons/contact-round";
import FileText from "@lucide/svelte/icons/file-text";
import GitCompareArrows from "@lucide/svelte/icons/git-compare-arrows";
import HandHelping from "@lucide/svelte/icons/hand-helping";
import Kanban from "@lucide/svelte/icons/kanban";
import ListChecks from "@lucide/svelte/icons/list-checks";
import MapPinCheck from "@lucide/svelte/icons/map-pin-check";
import NotebookPen from "@lucide/svelte/icons/notebook-pen";
import Package from "@lucide/svelte/icons/package";
import Paperclip from "@lucide/svelte/icons/paperclip";
import Phone from "@lucide/svelte/icons/phone";
import Settings from "@lucide/svelte/icons/settings";
import Shapes from "@lucide/svelte/icons/shapes";
import ShelvingUnit from "@lucide/svelte/icons/shelving-unit";
import ShoppingCart from "@lucide/svelte/icons/shopping-cart";
import Store from "@lucide/svelte/icons/store";
import UserRound from "@lucide/svelte/icons/user-round";
import type { Icon } from "#lib/ui/types";
import type { Kind } from "$sync/schema.gen";

const ICONS: Readonly<Record<Kind, Icon>> = {
  customer: Store,
  contact: ContactRound,
  visit: MapPinCheck,
  task: ClipboardCheck,
  note: NotebookPen,
  file: Paperclip,
  call: Phone,
  deal: Kanban,
  order: ShoppingCart,
  shelf_check: ShelvingUnit,
  custom_value: Shapes,
  product: Package,
  visit_form: ListChecks,
  custom_field: Shapes,
  person: UserRound,
  territory: FileText,
  holiday: CalendarOff,
  saved_list: Bookmark,
  setting: Settings,
  held_edit: HandHelping,
  conflict: GitCompareArrows,
};

export const iconOf = (kind: Kind): Icon => ICONS[kind];

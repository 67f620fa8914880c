import ClipboardCheck from "@lucide/svelte/icons/clipboard-check";
import Inbox from "@lucide/svelte/icons/inbox";
import Kanban from "@lucide/svelte/icons/kanban";
import ChartPie from "@lucide/svelte/icons/layout-dashboard";
import MapIcon from "@lucide/svelte/icons/map";
import Menu from "@lucide/svelte/icons/menu";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import Settings from "@lucide/svelte/icons/settings";
import Sun from "@lucide/svelte/icons/sun";
import Users from "@lucide/svelte/icons/users";
import { m } from "#lib/i18n";
import type { Icon, Tone } from "./types";

export type Role = "rep" | "manager";
export type NavId =
  | "today"
  | "customers"
  | "map"
  | "deals"
  | "tasks"
  | "needs-a-look"
  | "more"
  | "overview"
  | "sync"
  | "settings";

export interface NavItem {
  readonly id: NavId;
  readonly href: string;
  readonly icon: Icon;
  /** A function, so that the word follows the language. */
  readonly label: () => string;
}

/** What waits behind an entry, shown as a small number on it. */
export type NavBadges = Partial<
  Record<NavId, { readonly count: number; readonly tone: Extract<Tone, "red" | "amber"> }>
>;

const items: Readonly<Record<NavId, NavItem>> = {
  today: { id: "today", href: "/today", icon: Sun, label: m.common_nav_today },
  customers: { id: "customers", href: "/customers", icon: Users, label: m.common_nav_customers },
  map: { id: "map", href: "/map", icon: MapIcon, label: m.common_nav_map },
  deals: { id: "deals", href: "/deals", icon: Kanban, label: m.common_nav_deals },
  tasks: { id: "tasks", href: "/tasks", icon: ClipboardCheck, label: m.common_nav_tasks },
  "needs-a-look": { id: "needs-a-look", href: "/needs-a-look", icon: Inbox, label: m.common_nav_needs_a_look },
  more: { id: "more", href: "/more", icon: Menu, label: m.common_nav_more },
  overview: { id: "overview", href: "/overview", icon: ChartPie, label: m.common_nav_overview },
  sync: { id: "sync", href: "/sync", icon: RefreshCw, label: m.common_nav_sync },
  settings: { id: "settings", href: "/settings", icon: Settings, label: m.common_nav_settings },
};
const pick = (...ids: NavId[]): readonly NavItem[] => ids.map((id) => items[id]);

/** The one place that says which entries a person has, by role and width. */
export const navigation: Readonly<Record<Role, Readonly<Record<"tabs" | "rail" | "side", readonly NavItem[]>>>> = {
  rep: {
    tabs: pick("today", "customers", "map", "deals", "more"),
    rail: pick("today", "customers", "map", "tasks", "deals", "needs-a-look", "more"),
    side: pick("today", "customers", "map", "tasks", "deals", "needs-a-look", "sync", "settings"),
  },
  manager: {
    tabs: pick("overview", "customers", "map", "deals", "more"),
    rail: pick("overview", "customers", "map", "tasks", "deals", "needs-a-look", "more"),
    side: pick("overview", "customers", "map", "tasks", "deals", "needs-a-look", "sync", "settings"),
  },
};

/** Where a person of this role begins. */
export const home = (role: Role): string => (role === "manager" ? "/overview" : "/today");

/** `/customers/ab12` and `/orders/…` belong to Customers, `/visits/…` to Today; screens behind More light up More when they have no entry. */
export function currentItem(list: readonly NavItem[], pathname: string): NavId | null {
  const direct = list.find((item) => pathname === item.href || pathname.startsWith(`${item.href}/`));
  if (direct !== undefined) return direct.id;
  if (pathname.startsWith("/orders")) return "customers";
  if (pathname.startsWith("/visits") || pathname.startsWith("/plan"))
    return list.some((item) => item.id === "today") ? "today" : "customers";
  return list.some((item) => item.id === "more") ? "more" : null;
}

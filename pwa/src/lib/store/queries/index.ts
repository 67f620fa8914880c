/** Every query by its name. The page imports only the types of this file. */
import type { Query } from "../query.ts";
import { customersAlike } from "./alike.ts";
import { attentionList } from "./attention.ts";
import { conflictList } from "./conflict.ts";
import { customFieldList, customValuesOfCustomer } from "./custom-field.ts";
import {
  customerComplaints,
  customerContacts,
  customerDeals,
  customerOne,
  customerOrders,
  customerTasks,
  customerVisits,
} from "./customer.ts";
import { customersPage } from "./customers.ts";
import { customersFacets } from "./customers-facets.ts";
import { dealOne, dealsDiscounts, dealsPage, dealsTotals } from "./deals.ts";
import { everythingOpened, everythingSearch } from "./everything.ts";
import { overviewFigures } from "./figures.ts";
import { filesOfCustomer, filesOfVisit } from "./files.ts";
import { heldDecided, heldOffers } from "./held.ts";
import { holidayList } from "./holiday.ts";
import { mapCustomers, mapDay, mapPoints } from "./map.ts";
import { customerOlder, syncOlder } from "./older.ts";
import { orderLast, orderOfVisit, orderOne } from "./order.ts";
import { overviewByValue, overviewDaily, overviewReps, overviewVisits } from "./overview.ts";
import { personList } from "./person.ts";
import { planCandidates } from "./plan.ts";
import { productList } from "./product.ts";
import { recordKnown, recordLabels, recordOne } from "./record.ts";
import { savedListList } from "./saved-list.ts";
import { settingList, settingValues } from "./setting.ts";
import { shelfCompetitors, shelfNearby, shelfOfVisit, shelfOwn } from "./shelf.ts";
import { syncSent, syncState, syncWaiting } from "./sync.ts";
import { taskOne, tasksCounts, tasksEnded, tasksPage } from "./tasks.ts";
import { territoryList } from "./territory.ts";
import { customerTimeline } from "./timeline.ts";
import { todayStops } from "./today.ts";
import { visitAttached, visitMissed, visitOne, visitOpen } from "./visit.ts";
import { visitFormList } from "./visit-form.ts";

export const QUERIES = {
  "attention.list": attentionList,
  "conflict.list": conflictList,
  "custom_field.list": customFieldList,
  "custom_value.of_customer": customValuesOfCustomer,
  "customer.contacts": customerContacts,
  "customer.deals": customerDeals,
  "customer.older": customerOlder,
  "customer.one": customerOne,
  "customer.orders": customerOrders,
  "customer.complaints": customerComplaints,
  "customer.tasks": customerTasks,
  "customer.timeline": customerTimeline,
  "customer.visits": customerVisits,
  "customers.alike": customersAlike,
  "customers.facets": customersFacets,
  "customers.page": customersPage,
  "deal.one": dealOne,
  "deals.discounts": dealsDiscounts,
  "deals.page": dealsPage,
  "deals.totals": dealsTotals,
  "everything.opened": everythingOpened,
  "everything.search": everythingSearch,
  "files.of_customer": filesOfCustomer,
  "files.of_visit": filesOfVisit,
  "held.decided": heldDecided,
  "held.offers": heldOffers,
  "holiday.list": holidayList,
  "map.customers": mapCustomers,
  "map.day": mapDay,
  "map.points": mapPoints,
  "order.last": orderLast,
  "order.of_visit": orderOfVisit,
  "order.one": orderOne,
  "overview.by_value": overviewByValue,
  "overview.daily": overviewDaily,
  "overview.figures": overviewFigures,
  "overview.reps": overviewReps,
  "overview.visits": overviewVisits,
  "person.list": personList,
  "plan.candidates": planCandidates,
  "product.list": productList,
  "record.known": recordKnown,
  "record.labels": recordLabels,
  "record.one": recordOne,
  "saved_list.list": savedListList,
  "setting.list": settingList,
  "setting.values": settingValues,
  "shelf.competitors": shelfCompetitors,
  "shelf.nearby": shelfNearby,
  "shelf.of_visit": shelfOfVisit,
  "shelf.own": shelfOwn,
  "sync.older": syncOlder,
  "sync.sent": syncSent,
  "sync.state": syncState,
  "sync.waiting": syncWaiting,
  "task.one": taskOne,
  "tasks.counts": tasksCounts,
  "tasks.ended": tasksEnded,
  "tasks.page": tasksPage,
  "territory.list": territoryList,
  "today.stops": todayStops,
  "visit.attached": visitAttached,
  "visit.missed": visitMissed,
  "visit.one": visitOne,
  "visit.open": visitOpen,
  "visit_form.list": visitFormList,
} as const;

export type QueryName = keyof typeof QUERIES;
export type ParametersOf<N extends QueryName> = (typeof QUERIES)[N] extends Query<infer P, infer _R> ? P : never;
export type ResultOf<N extends QueryName> = (typeof QUERIES)[N] extends Query<infer _P, infer R> ? R : never;

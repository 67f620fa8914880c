/** The queries that no screen which is seen first waits for: a script of its own, fetched once the first answers are given. */
import { customersAlike } from "./alike.ts";
import { attentionList } from "./attention.ts";
import { conflictList } from "./conflict.ts";
import { customFieldIsUsed, customFieldList, customValuesOfCustomer } from "./custom-field.ts";
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
import { mapCustomers, mapDay, mapPoints } from "./map.ts";
import { visitTakenOver } from "./missed.ts";
import { customerOlder, syncOlder } from "./older.ts";
import { orderLast, orderOfVisit, orderOne } from "./order.ts";
import { overviewByValue, overviewDaily, overviewReps, overviewVisits } from "./overview.ts";
import { personList } from "./person.ts";
import { planCandidates } from "./plan.ts";
import { productList } from "./product.ts";
import { recordKnown } from "./record-known.ts";
import { recordRemoved } from "./removed.ts";
import { savedListList } from "./saved-list.ts";
import { shelfCompetitors, shelfNearby, shelfOfVisit, shelfOwn } from "./shelf.ts";
import { syncSent, syncState, syncWaiting } from "./sync.ts";
import { customerTimeline } from "./timeline.ts";
import { visitComingBack, visitPlanned } from "./visit.ts";
import { visitClosedBy } from "./visit-closed.ts";
import { visitFormList } from "./visit-form.ts";

export const LATER = {
  "attention.list": attentionList,
  "conflict.list": conflictList,
  "custom_field.list": customFieldList,
  "custom_field.is_used": customFieldIsUsed,
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
  "record.removed": recordRemoved,
  "saved_list.list": savedListList,
  "shelf.competitors": shelfCompetitors,
  "shelf.nearby": shelfNearby,
  "shelf.of_visit": shelfOfVisit,
  "shelf.own": shelfOwn,
  "sync.older": syncOlder,
  "sync.sent": syncSent,
  "sync.state": syncState,
  "sync.waiting": syncWaiting,
  "visit.closed_by": visitClosedBy,
  "visit.coming_back": visitComingBack,
  "visit.planned": visitPlanned,
  "visit.taken_over": visitTakenOver,
  "visit_form.list": visitFormList,
} as const;

/** The queries that Today and the frame around it ask: they are at hand as soon as the store is. */
import { orderDrafts } from "./drafts.ts";
import { holidayList } from "./holiday.ts";
import { visitMissed } from "./missed.ts";
import { recordLabels, recordOne } from "./record.ts";
import { settingList, settingValues } from "./setting.ts";
import { taskOne, tasksCounts, tasksEnded, tasksPage } from "./tasks.ts";
import { territoryList } from "./territory.ts";
import { todayStops } from "./today.ts";
import { visitAttached, visitOne, visitOpen, visitOpenAll } from "./visit.ts";

export const FIRST = {
  "holiday.list": holidayList,
  "order.drafts": orderDrafts,
  "record.labels": recordLabels,
  "record.one": recordOne,
  "setting.list": settingList,
  "setting.values": settingValues,
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
  "visit.open_all": visitOpenAll,
} as const;

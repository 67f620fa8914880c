/** What a rep calls every choice of the schema. A new one without words does not compile. */
import type { EntityByKind, Kind } from "$sync/schema.gen";
import { ROLE_LABELS } from "./roles";
import { m } from "./words.svelte";

type Say = () => string;
type FieldOf<K extends Kind> = keyof EntityByKind[K] & string;

const KNOWN_CHOICES = {
  customer: {
    relation: {
      end_customer: m.fields_relation_end_customer,
      business: m.fields_relation_business,
      distributor: m.fields_relation_distributor,
      internal: m.fields_relation_internal,
    },
    value_class: {
      vip: m.fields_value_class_vip,
      main: m.fields_value_class_main,
      regular: m.fields_value_class_regular,
      small: m.fields_value_class_small,
    },
    phase: {
      prospective: m.fields_phase_prospective,
      starting: m.fields_phase_starting,
      repeat: m.fields_phase_repeat,
      loyal: m.fields_phase_loyal,
      leaving: m.fields_phase_leaving,
    },
  },
  contact: {
    channel: {
      call: m.fields_channel_call,
      message: m.fields_channel_message,
      email: m.fields_channel_email,
      visit: m.fields_channel_visit,
      web: m.fields_channel_web,
    },
  },
  visit: {
    status: {
      planned: m.fields_visit_status_planned,
      open: m.fields_visit_status_open,
      done: m.fields_visit_status_done,
      cancelled: m.fields_visit_status_cancelled,
    },
    purpose: {
      sales: m.fields_purpose_sales,
      service: m.fields_purpose_service,
      acquisition: m.fields_purpose_acquisition,
      delivery: m.fields_purpose_delivery,
      collection: m.fields_purpose_collection,
    },
    presence: {
      at_customer: m.fields_presence_at_customer,
      elsewhere: m.fields_presence_elsewhere,
      unknown: m.fields_presence_unknown,
    },
    outcome: {
      order: m.fields_outcome_order,
      interested: m.fields_outcome_interested,
      follow_up: m.fields_outcome_follow_up,
      not_in: m.fields_outcome_not_in,
      no_need: m.fields_outcome_no_need,
    },
  },
  call: {
    result: {
      reached: m.fields_call_result_reached,
      interested: m.fields_call_result_interested,
      call_back: m.fields_call_result_call_back,
      no_answer: m.fields_call_result_no_answer,
      no_need: m.fields_call_result_no_need,
    },
  },
  task: {
    type: {
      todo: m.fields_task_type_todo,
      call: m.fields_task_type_call,
      email: m.fields_task_type_email,
      visit: m.fields_task_type_visit,
      quote: m.fields_task_type_quote,
      complaint: m.fields_task_type_complaint,
    },
    status: {
      open: m.fields_task_status_open,
      done: m.fields_task_status_done,
      cancelled: m.fields_task_status_cancelled,
    },
    repeat: {
      day: m.fields_task_repeat_day,
      week: m.fields_task_repeat_week,
      month: m.fields_task_repeat_month,
      year: m.fields_task_repeat_year,
    },
  },
  file: {
    type: {
      photo: m.fields_file_type_photo,
      voice: m.fields_file_type_voice,
      document: m.fields_file_type_document,
    },
  },
  deal: {
    stage: {
      new: m.fields_stage_new,
      qualified: m.fields_stage_qualified,
      proposal: m.fields_stage_proposal,
      negotiation: m.fields_stage_negotiation,
      won: m.fields_stage_won,
      lost: m.fields_stage_lost,
    },
  },
  order: {
    status: {
      draft: m.fields_order_status_draft,
      placed: m.fields_order_status_placed,
      delivered: m.fields_order_status_delivered,
      cancelled: m.fields_order_status_cancelled,
    },
  },
  shelf_check: {
    stock: {
      in_stock: m.fields_stock_in_stock,
      low: m.fields_stock_low,
      out: m.fields_stock_out,
    },
  },
  saved_list: { subject: { customer: m.fields_kind_customer } },
  custom_field: {
    type: {
      text: m.custom_type_text,
      long_text: m.custom_type_long_text,
      number: m.form_type_number,
      money: m.form_type_money,
      day: m.form_type_day,
      yes_no: m.form_type_yes_no,
      choice: m.form_type_one_of,
      choices: m.form_type_several_of,
      email: m.fields_email,
      phone: m.fields_phone,
      link: m.fields_link,
    },
  },
  person: { role: ROLE_LABELS },
  held_edit: {
    status: {
      waiting: m.fields_held_edit_status_waiting,
      applied: m.fields_held_edit_status_applied,
      discarded: m.fields_held_edit_status_discarded,
    },
  },
} as const satisfies ChoiceLabels;

/** The words of every choice, by kind, field and value. One that came with a newer version shows as it is written. */
export const CHOICE_LABELS: typeof KNOWN_CHOICES = Object.fromEntries(
  Object.entries<{ readonly [field: string]: object }>(KNOWN_CHOICES).map(([kind, fields]) => [
    kind,
    Object.fromEntries(Object.entries(fields).map(([field, labels]) => [field, withNewer(labels)])),
  ]),
) as typeof KNOWN_CHOICES;

function withNewer<T extends object>(labels: T): T {
  const say = (known: T, choice: string | symbol) => Reflect.get(known, choice) ?? (() => String(choice));
  return new Proxy(labels, { get: say });
}

type ChoiceLabels = { readonly [K in Kind]?: { readonly [F in FieldOf<K>]?: ChoicesOf<EntityByKind[K][F]> } };
type ChoicesOf<T> = [NonNullable<T>] extends [string] ? Readonly<Record<NonNullable<T> & string, Say>> : never;

/** Names a choice of a record; the value itself where the app has no words for it, as of a choice that came with a newer version. */
export function choiceLabel(kind: string, field: string, value: string): string {
  const labels = (CHOICE_LABELS as Record<string, Record<string, Record<string, Say>>>)[kind];
  return labels?.[field]?.[value]?.() ?? value;
}

/** Names the value class as a whole phrase, for a chip that stands alone: `Main customer`. */
export const VALUE_CLASS_LONG: Readonly<Record<NonNullable<EntityByKind["customer"]["value_class"]>, Say>> = withNewer({
  vip: m.fields_value_class_long_vip,
  main: m.fields_value_class_long_main,
  regular: m.fields_value_class_long_regular,
  small: m.fields_value_class_long_small,
});

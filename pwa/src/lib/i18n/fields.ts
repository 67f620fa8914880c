/** What a rep calls every kind, field and choice of the schema. A new one without words does not compile. */
import type { EntityByKind, Kind } from "$sync/schema.gen";
import { m } from "./words.svelte";

type Say = () => string;
type FieldOf<K extends Kind> = keyof EntityByKind[K] & string;

export const KIND_LABELS: Readonly<Record<Kind, Say>> = {
  customer: m.fields_kind_customer,
  contact: m.fields_kind_contact,
  visit: m.fields_kind_visit,
  task: m.fields_kind_task,
  note: m.fields_kind_note,
  file: m.fields_kind_file,
  call: m.fields_kind_call,
  deal: m.fields_kind_deal,
  order: m.fields_kind_order,
  product: m.fields_kind_product,
  visit_form: m.fields_kind_visit_form,
  person: m.fields_kind_person,
  territory: m.fields_kind_territory,
  setting: m.fields_kind_setting,
  held_edit: m.fields_kind_held_edit,
};

const { fields_deleted: deleted, fields_description: description, fields_customer: customer } = m;

export const FIELD_LABELS: { readonly [K in Kind]: Readonly<Record<FieldOf<K>, Say>> } = {
  customer: {
    name: m.fields_name,
    relation: m.fields_relation,
    parent: m.fields_parent,
    territory: m.fields_territory,
    owner: m.fields_owner,
    trade: m.fields_trade,
    street: m.fields_street,
    city: m.fields_city,
    region: m.fields_region,
    postcode: m.fields_postcode,
    country: m.fields_country,
    latitude: m.fields_latitude,
    longitude: m.fields_longitude,
    phone: m.fields_phone,
    email: m.fields_email,
    website: m.fields_website,
    tax_number: m.fields_tax_number,
    tags: m.fields_tags,
    description,
    since: m.fields_since,
    currency: m.fields_currency,
    value_class: m.fields_value_class,
    phase: m.fields_phase,
    phase_reason: m.fields_phase_reason,
    lifetime_value: m.fields_lifetime_value,
    revenue_12m: m.fields_revenue_12m,
    margin_12m: m.fields_margin_12m,
    cost_to_serve_12m: m.fields_cost_to_serve_12m,
    satisfaction: m.fields_satisfaction,
    churn_risk: m.fields_churn_risk,
    deleted,
  },
  contact: {
    customer,
    name: m.fields_full_name,
    job_title: m.fields_job_title,
    phone: m.fields_phone,
    email: m.fields_email,
    birthday: m.fields_birthday,
    channel: m.fields_channel,
    description,
    deleted,
  },
  visit: {
    customer,
    person: m.fields_person,
    status: m.fields_status,
    purpose: m.fields_purpose,
    planned_day: m.fields_planned_day,
    planned_at: m.fields_planned_at,
    position: m.fields_position,
    checked_in_at: m.fields_checked_in_at,
    checked_out_at: m.fields_checked_out_at,
    check_out_estimated: m.fields_check_out_estimated,
    presence: m.fields_presence,
    latitude: m.fields_latitude,
    longitude: m.fields_longitude,
    accuracy: m.fields_accuracy,
    distance: m.fields_distance,
    outcome: m.fields_outcome,
    note: m.fields_note,
    next_step: m.fields_next_step,
    signature: m.fields_signature,
    signed_by: m.fields_signed_by,
    signed_at: m.fields_signed_at,
    answers: m.fields_answers,
    comments: m.fields_comments,
    deleted,
  },
  task: {
    title: m.fields_title,
    person: m.fields_person,
    customer,
    visit: m.fields_visit,
    type: m.fields_type,
    status: m.fields_status,
    due_day: m.fields_due_day,
    remind_at: m.fields_remind_at,
    done_at: m.fields_done_at,
    snoozes: m.fields_snoozes,
    description,
    repeat: m.fields_repeat,
    repeat_from: m.fields_repeat_from,
    next_task: m.fields_next_task,
    deleted,
  },
  note: {
    customer,
    person: m.fields_person,
    written_at: m.fields_written_at,
    body: m.fields_body,
    pinned: m.fields_pinned,
    deleted,
  },
  file: {
    customer,
    person: m.fields_person,
    visit: m.fields_visit,
    type: m.fields_type,
    name: m.fields_name,
    caption: m.fields_caption,
    media_type: m.fields_media_type,
    size: m.fields_size,
    digest: m.fields_digest,
    thumbnail: m.fields_thumbnail,
    thumbnail_size: m.fields_thumbnail_size,
    width: m.fields_width,
    height: m.fields_height,
    duration: m.fields_duration,
    taken_at: m.fields_taken_at,
    stored: m.fields_stored,
    stored_thumbnail: m.fields_stored_thumbnail,
    deleted,
  },
  call: {
    customer,
    person: m.fields_person,
    called_at: m.fields_called_at,
    contact: m.fields_contact,
    result: m.fields_result,
    note: m.fields_note,
    deleted,
  },
  deal: {
    customer,
    title: m.fields_title,
    owner: m.fields_owner,
    stage: m.fields_stage,
    stage_since: m.fields_stage_since,
    amount: m.fields_amount,
    currency: m.fields_currency,
    margin: m.fields_margin,
    close_day: m.fields_close_day,
    next_step: m.fields_next_step,
    competitor: m.fields_competitor,
    lost_reason: m.fields_lost_reason,
    description,
    deleted,
  },
  order: {
    customer,
    person: m.fields_person,
    visit: m.fields_visit,
    number: m.fields_number,
    status: m.fields_status,
    ordered_at: m.fields_ordered_at,
    amount: m.fields_amount,
    currency: m.fields_currency,
    lines: m.fields_lines,
    deleted,
  },
  product: {
    name: m.fields_name,
    article_number: m.fields_article_number,
    category: m.fields_category,
    packaging: m.fields_packaging,
    price: m.fields_price,
    cost: m.fields_cost,
    currency: m.fields_currency,
    active: m.fields_active,
    deleted,
  },
  visit_form: {
    name: m.fields_name,
    active: m.fields_active,
    purposes: m.fields_purposes,
    relations: m.fields_relations,
    value_classes: m.fields_value_classes,
    name_in: m.fields_name_in,
    questions: m.fields_questions,
    deleted,
  },
  person: {
    name: m.fields_full_name,
    role: m.fields_role,
    email: m.fields_email,
    phone: m.fields_phone,
    time_zone: m.fields_time_zone,
    locale: m.fields_locale,
    active: m.fields_active,
    deleted,
  },
  territory: { name: m.fields_name, parent: m.fields_parent, country: m.fields_country, deleted },
  setting: { name: m.fields_name, value: m.fields_value, deleted },
  held_edit: {
    person: m.fields_person,
    customer,
    target_kind: m.fields_target_kind,
    target: m.fields_target,
    values: m.fields_values,
    more: m.fields_more,
    elsewhere: m.fields_held_elsewhere,
    code: m.fields_code,
    written_at: m.fields_written_at,
    status: m.fields_status,
    decided_by: m.fields_decided_by,
    decided_at: m.fields_decided_at,
    offer: m.fields_offer,
    deleted,
  },
};

/** The words of every choice, by kind, field and value. */
export const CHOICE_LABELS = {
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
  person: {
    role: {
      rep: m.fields_role_rep,
      manager: m.fields_role_manager,
      administrator: m.fields_role_administrator,
    },
  },
  held_edit: {
    status: {
      waiting: m.fields_held_edit_status_waiting,
      applied: m.fields_held_edit_status_applied,
      discarded: m.fields_held_edit_status_discarded,
    },
  },
} as const satisfies ChoiceLabels;

type ChoiceLabels = { readonly [K in Kind]?: { readonly [F in FieldOf<K>]?: ChoicesOf<EntityByKind[K][F]> } };
type ChoicesOf<T> = [NonNullable<T>] extends [string] ? Readonly<Record<NonNullable<T> & string, Say>> : never;

/** Names a field of a kind that is only known at run time; the field's own name where the schema is newer than the app. */
export function fieldLabel(kind: string, field: string): string {
  const labels = (FIELD_LABELS as Record<string, Record<string, Say>>)[kind];
  return labels?.[field]?.() ?? field;
}

/** Names a choice that is only known at run time; the value itself where the app has no words for it. */
export function choiceLabel(kind: string, field: string, value: string): string {
  const labels = (CHOICE_LABELS as Record<string, Record<string, Record<string, Say>>>)[kind];
  return labels?.[field]?.[value]?.() ?? value;
}

/** Names the value class as a whole phrase, for a chip that stands alone: `Main customer`. */
export const VALUE_CLASS_LONG: Readonly<Record<NonNullable<EntityByKind["customer"]["value_class"]>, Say>> = {
  vip: m.fields_value_class_long_vip,
  main: m.fields_value_class_long_main,
  regular: m.fields_value_class_long_regular,
  small: m.fields_value_class_long_small,
};

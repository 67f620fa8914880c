/** What the types of questions are called, and the ways to look at an answer. */
import type { Comparison, QuestionType } from "#lib/domain/visit-form";
import { m } from "#lib/i18n";

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

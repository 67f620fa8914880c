/** Why a value does not fit its custom field, in words. */
import type { Misfit } from "#lib/domain/custom-field";
import { m } from "#lib/i18n";

export const MISFIT_WORDS: Readonly<Record<Misfit, () => string>> = {
  not_a_choice: m.custom_not_a_choice,
  out_of_range: m.custom_out_of_range,
  too_long: m.custom_too_long,
  not_an_email: m.fields_not_an_email,
  not_a_link: m.fields_not_a_link,
  not_a_phone: m.custom_not_a_phone,
};

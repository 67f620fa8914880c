/** The form of a visit and what was answered, as the report's parts share it: a photo shows once, where it answers. */
import { type Answer, type Answers, answersByForm, isAnswered } from "#lib/domain/answer";
import { photosIn, withoutDeleted } from "#lib/domain/answered-photos";
import { askedOf, formFor, formOf } from "#lib/domain/visit-form";
import { live } from "#lib/store/live.svelte";
import type { VisitDetail } from "#lib/store/queries/visit";

const MOST = 200;
const NONE: Answers = new Map<string, Answer>();

/** Follows a visit's form, answers and files; call it while a component is made. */
export function useReportForm(detail: () => VisitDetail, isReadonly: () => boolean) {
  const visit = $derived(detail().visit);
  const customer = $derived(detail().customer);
  const records = live(() => ["visit_form.list", {}]);
  const found = live(() => ["files.of_visit", { visit: visit.id, limit: MOST }]);

  const forms = $derived((records.current ?? []).map(formOf));
  const files = $derived(found.current === undefined ? null : new Set(found.current.map(({ id }) => id)));
  const byForm = $derived.by(() => {
    const given = answersByForm(visit);
    const left = forms.map(
      ({ id, questions }) => [id, withoutDeleted(questions, given.get(id) ?? NONE, files)] as const,
    );
    return new Map(left.filter(([, answers]) => answers.size > 0));
  });
  const form = $derived(
    formFor(forms, {
      purpose: visit.purpose,
      relation: customer?.relation,
      value_class: customer?.value_class,
    }),
  );
  const answers = $derived(byForm.get(form?.id ?? "") ?? NONE);
  const asked = $derived(form === null ? [] : askedOf(form, answers));
  /** A finished report is read first. */
  let changing = $state(false);
  const isFilled = $derived(!isReadonly() && form !== null && (visit.status === "open" || changing));
  /** The forms whose answers are read only. */
  const read = $derived(forms.filter((one) => byForm.has(one.id) && !(isFilled && one.id === form?.id)));
  const shown = $derived(
    new Set([
      ...(isFilled ? photosIn(asked, answers) : []),
      ...read.flatMap(({ id, questions }) => photosIn(questions, byForm.get(id) ?? NONE)),
    ]),
  );
  /** Those that the form does not show; none until both are read, lest a photo jumps from one place to the other. */
  const otherFiles = $derived(
    records.current === undefined ? [] : (found.current ?? []).filter(({ id }) => !shown.has(id)),
  );

  return {
    get form() {
      return form;
    },
    get asked() {
      return asked;
    },
    get answers() {
      return answers;
    },
    get answered() {
      return asked.filter(({ id }) => isAnswered(answers.get(id))).length;
    },
    answersOf: (id: string): Answers => byForm.get(id) ?? NONE,
    get isFilled() {
      return isFilled;
    },
    get read() {
      return read;
    },
    get otherFiles() {
      return otherFiles;
    },
    get changing() {
      return changing;
    },
    change() {
      changing = true;
    },
  };
}

export type ReportForm = ReturnType<typeof useReportForm>;

/**
 * Duplicates: whether a customer who is being typed is in the book already. A hint, never a gate: two shops of one chain share
 * a name, two firms one telephone.
 */
import { type KnownCustomer, TELLING_DIGITS, type TypedCustomer } from "#lib/store/queries/alike";
import { likeness, nameReadings } from "#lib/store/queries/likeness";
import { withoutTrunk } from "#lib/store/search-words";
import { normalise, normalisePhone } from "$sync/normalise";

/** What two customers have in common, the strongest first. */
export const SAMENESSES = ["tax_number", "phone", "email", "name"] as const;
export type Sameness = (typeof SAMENESSES)[number];

export interface Duplicate {
  readonly customer: KnownCustomer;
  /** Never empty; the strongest first. */
  readonly same: readonly Sameness[];
}

/** How alike two names must be, 0 to 1; in another town more, because there the same words are often another shop. */
const ALIKE = 0.78;
const ALIKE_ELSEWHERE = 0.85;
/** So many letters begin a name tellingly, of scripts that write syllables or words with one letter fewer. */
const BEGINNING = 4;
const DENSE_BEGINNING = 2;
/** A beginning that more customers share tells nothing. */
const MOST_BEGIN_SO = 3;
const MOST_SHOWN = 3;
const TELLING_TAX = 5;

const DENSE = /[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]/u;

/** Returns the customers that the typed one may be, the likeliest first. */
export function duplicatesOf(typed: TypedCustomer, known: readonly KnownCustomer[]): Duplicate[] {
  const begun = known.filter((customer) => beginsWith(customer.name, typed.name));
  const tellingly = new Set(begun.length <= MOST_BEGIN_SO ? begun : []);
  return known
    .map((customer) => {
      const alike = likeness(typed.name, customer.name);
      const same = SAMENESSES.filter((one) => {
        if (one === "tax_number") return isSameCode(typed.tax_number, customer.tax_number ?? "");
        if (one === "phone") return customer.phones.some((phone) => isSamePhone(typed.phone, phone));
        if (one === "email") return customer.emails.some((email) => isSameAddress(typed.email, email));
        return tellingly.has(customer) || alike >= (isElsewhere(typed, customer) ? ALIKE_ELSEWHERE : ALIKE);
      });
      return { customer, same, alike };
    })
    .filter(({ same }) => same.length > 0)
    .sort((a, b) => rank(a.same) - rank(b.same) || b.alike - a.alike)
    .slice(0, MOST_SHOWN)
    .map(({ customer, same }) => ({ customer, same }));
}

const rank = (same: readonly Sameness[]): number => SAMENESSES.indexOf(same[0] as Sameness);

function beginsWith(name: string, typed: string): boolean {
  const names = nameReadings(name).map((words) => words.join(" "));
  return nameReadings(typed)
    .map((words) => words.join(" "))
    .some((start) => isTelling(start) && names.some((one) => one.startsWith(start)));
}

const isTelling = (start: string): boolean =>
  [...start.replaceAll(" ", "")].length >= (DENSE.test(start) ? DENSE_BEGINNING : BEGINNING);

/** The same number with and without the code of its country, and with the 8 that is dialled in Russia in place of it. */
function isSamePhone(a: string, b: string): boolean {
  const [one, other] = [digitsOf(a), digitsOf(b)];
  return Math.min(one.length, other.length) >= TELLING_DIGITS && (one.endsWith(other) || other.endsWith(one));
}

const digitsOf = (phone: string): string => withoutTrunk(normalisePhone(phone));

const isSameAddress = (a: string, b: string): boolean =>
  a.includes("@") && a.trim().toLowerCase() === b.trim().toLowerCase();

/** A tax number however it is grouped, with or without the two letters of its country. */
function isSameCode(a: string, b: string): boolean {
  const [one, other] = [codeOf(a), codeOf(b)];
  return one.length >= TELLING_TAX && one === other;
}

const codeOf = (text: string): string =>
  normalise(text)
    .replaceAll(" ", "")
    .replace(/^[a-z]{2}(?=\d)/, "");

function isElsewhere(typed: TypedCustomer, customer: KnownCustomer): boolean {
  const [here, there] = [townOf(typed.city), townOf(customer.city ?? "")];
  return here !== "" && there !== "" && here !== there;
}

/** With a space, a half-space or nothing between its words it is the same town. */
const townOf = (city: string): string => normalise(city).replaceAll(" ", "");

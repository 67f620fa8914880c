/** A look at the shelf while it is being written: what was typed, what can be read of it, and what of that is new. */
import type { Locale } from "#lib/i18n/locales";
import type { Visible } from "#lib/store/visible";
import type { ShelfCheckStock } from "$sync/schema.gen";
import type { Seen } from "./shelf";
import { inputFromNumber, type NumberProblem, numberFromInput } from "./typed-number";

/** What stands in the fields. */
export interface Written {
  competitor: string;
  name: string;
  price: string;
  facings: string;
  note: string;
  stock: ShelfCheckStock | null;
}

/** Whose product it is, and how its prices are read. */
export interface About {
  readonly isOwn: boolean;
  readonly currency: string;
  /** Decimal places of the currency. */
  readonly digits: number;
  /** Whose signs the numbers are typed with. */
  readonly locale: Locale;
}

const MOST_MINOR_UNITS = 10 ** 12;
const MOST_FACINGS = 10_000;

export function writtenOf(
  check: Visible<"shelf_check"> | null,
  competitor: string,
  digits: number,
  locale: Locale,
): Written {
  return {
    competitor: check?.competitor ?? competitor,
    name: check?.name ?? "",
    price: typeof check?.price === "number" ? inputFromNumber(check.price, digits, locale) : "",
    facings: typeof check?.facings === "number" ? inputFromNumber(check.facings, 0, locale) : "",
    note: check?.note ?? "",
    stock: check?.stock ?? null,
  };
}

/** The fields that hold a number. */
export type Counted = "price" | "facings";

/** Null for nothing, else the number, or why it is none. */
function read(written: Written, field: Counted, { digits, locale }: About): number | NumberProblem | null {
  const text = written[field].trim();
  if (text === "") return null;
  const range = field === "price" ? { digits, maximum: MOST_MINOR_UNITS } : { digits: 0, maximum: MOST_FACINGS };
  const result = numberFromInput(text, { ...range, minimum: 0 }, locale);
  return result.valid ? result.value : result.problem;
}

/** What is wrong with the numbers that cannot be read. */
export function unreadable(written: Written, about: About): Partial<Record<Counted, NumberProblem>> {
  const [price, facings] = [read(written, "price", about), read(written, "facings", about)];
  return {
    ...(isProblem(price) ? { price } : {}),
    ...(isProblem(facings) ? { facings } : {}),
  };
}
const isProblem = (found: number | NumberProblem | null): found is NumberProblem =>
  typeof found === "object" && found !== null;

/** What stands in a field once it was left: its number as it is saved. */
export function tidied(written: Written, field: Counted, about: About): string {
  const found = read(written, field, about);
  return typeof found === "number"
    ? inputFromNumber(found, field === "price" ? about.digits : 0, about.locale)
    : written[field];
}

/** Whether it is known whose product it is, or which. */
export const isNamed = (written: Written, { isOwn }: About): boolean =>
  isOwn || written.competitor.trim() !== "" || written.name.trim() !== "";

/** Whether there is anything beside the name. */
export const isTelling = ({ price, facings, note, stock }: Written): boolean =>
  [price, facings, note].some((text) => text.trim() !== "") || stock !== null;

/** What was seen, as far as it can be read; a name that was taken away stays as it was. */
export function seenIn(written: Written, about: About): Seen {
  const [price, facings] = [read(written, "price", about), read(written, "facings", about)];
  const whose =
    about.isOwn || !isNamed(written, about)
      ? {}
      : { competitor: written.competitor.trim() || null, name: written.name.trim() || null };
  return {
    ...whose,
    ...(isProblem(price) ? {} : { price }),
    ...(typeof price === "number" ? { currency: about.currency } : {}),
    ...(isProblem(facings) ? {} : { facings }),
    stock: written.stock,
    note: written.note.trim() || null,
  };
}

/** What of it is not known yet. */
export const newIn = (seen: Seen, known: Seen): Seen =>
  Object.fromEntries(
    Object.entries(seen).filter(([name, value]) => (value ?? null) !== (known[name as keyof Seen] ?? null)),
  );

/** A look at the shelf while it is being written: what was typed, what can be read of it, and what of that is new. */
import type { Locale } from "#lib/i18n/locales";
import type { Visible } from "#lib/store/visible";
import type { ShelfCheckStock } from "$sync/schema.gen";
import { inputFromNumber, numberFromInput } from "./field";
import type { Seen } from "./shelf";

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
    facings: typeof check?.facings === "number" ? String(check.facings) : "",
    note: check?.note ?? "",
    stock: check?.stock ?? null,
  };
}

/** Null for nothing, undefined for what is no number. */
function read(text: string, digits: number, maximum: number): number | null | undefined {
  if (text.trim() === "") return null;
  const result = numberFromInput(text.trim(), { digits, minimum: 0, maximum });
  return result.valid ? Number(result.value) : undefined;
}
const priceIn = ({ price }: Written, { digits }: About) => read(price, digits, MOST_MINOR_UNITS);
const facingsIn = ({ facings }: Written) => read(facings, 0, MOST_FACINGS);

/** The fields that hold no number. */
export const unreadable = (written: Written, about: About): readonly ("price" | "facings")[] => [
  ...(priceIn(written, about) === undefined ? (["price"] as const) : []),
  ...(facingsIn(written) === undefined ? (["facings"] as const) : []),
];

/** Whether it is known whose product it is, or which. */
export const isNamed = (written: Written, { isOwn }: About): boolean =>
  isOwn || written.competitor.trim() !== "" || written.name.trim() !== "";

/** Whether there is anything beside the name. */
export const isTelling = ({ price, facings, note, stock }: Written): boolean =>
  [price, facings, note].some((text) => text.trim() !== "") || stock !== null;

/** What was seen, as far as it can be read; a name that was taken away stays as it was. */
export function seenIn(written: Written, about: About): Seen {
  const [price, facings] = [priceIn(written, about), facingsIn(written)];
  const whose =
    about.isOwn || !isNamed(written, about)
      ? {}
      : { competitor: written.competitor.trim() || null, name: written.name.trim() || null };
  return {
    ...whose,
    ...(price === undefined ? {} : { price }),
    ...(typeof price === "number" ? { currency: about.currency } : {}),
    ...(facings === undefined ? {} : { facings }),
    stock: written.stock,
    note: written.note.trim() || null,
  };
}

/** What of it is not known yet. */
export const newIn = (seen: Seen, known: Seen): Seen =>
  Object.fromEntries(
    Object.entries(seen).filter(([name, value]) => (value ?? null) !== (known[name as keyof Seen] ?? null)),
  );

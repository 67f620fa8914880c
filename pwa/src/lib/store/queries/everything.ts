import { ENTITY_TYPES, type Kind } from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";
import { idsOfSearch, SEARCHED_KINDS } from "../search.ts";
import { waysOf } from "../search-words.ts";
import { snippet } from "../snippet.ts";
import { titleField } from "../tables.ts";
import { labelOf } from "../visible.ts";

/** Something found by "search everything". */
export interface Hit {
  readonly kind: Kind;
  readonly id: string;
  readonly root: string;
  /** Its name; of a note the words around what was searched for. */
  readonly label: string;
  /** What tells it from others of its name: a customer's city, anything else's customer. */
  readonly detail: string | null;
}

/** What has a name stands above what was noted; what is kept in custom fields is found as its customer. */
const SHOWN_KINDS = SEARCHED_KINDS.filter((kind) => kind !== "custom_value").sort(
  (one, other) => Number(titleField(one) === undefined) - Number(titleField(other) === undefined),
);

/** What is searched for, at most `limit` of each kind, or as many as `limits` says of one. */
interface EverythingParameters {
  readonly search: string;
  readonly limit: number;
  readonly limits?: Readonly<Partial<Record<Kind, number>>>;
}

/** The records of every kind that match. */
export const everythingSearch = defineQuery<EverythingParameters, Hit[]>({
  reads: SEARCHED_KINDS,
  run(database, { search, limit, limits = {} }) {
    if (search.trim() === "") return [];
    const ways = waysOf(search);
    return SHOWN_KINDS.flatMap((kind) =>
      idsOfSearch(database, kind, search, 0, limits[kind] ?? limit).flatMap((id) => {
        const row = database.get<{ root: string; doc: string }>(`SELECT root, doc FROM "${kind}" WHERE id = ?`, [id]);
        if (row === undefined) return [];
        const { v }: { v: Record<string, unknown> } = JSON.parse(row.doc);
        const customer = typeof v.customer === "string" ? v.customer : null;
        const city = typeof v.city === "string" ? v.city : null;
        const named =
          customer === null
            ? undefined
            : database.get<{ name: string }>("SELECT name FROM customer WHERE id = ?", [customer]);
        return {
          kind,
          id,
          root: row.root,
          label: snippet(labelOf(kind, v) || textOf(kind, v), ways),
          detail: named?.name ?? city,
        };
      }),
    );
  },
});

/** Customers by their ids, in that order; those that are not on the device are left out. */
export const everythingOpened = defineQuery<{ ids: readonly string[] }, Hit[]>({
  reads: ["customer"],
  run: (database, { ids }) =>
    ids.flatMap((id) => {
      const found = database.get<{ root: string; name: string; city: string | null }>(
        "SELECT root, name, city FROM customer WHERE id = ? AND deleted IS NOT 1",
        [id],
      );
      return found === undefined
        ? []
        : { kind: "customer", id, root: found.root, label: found.name, detail: found.city };
    }),
});

/** What is searched of a record without a name: the first of its texts. */
function textOf(kind: Kind, v: Readonly<Record<string, unknown>>): string {
  const texts = Object.values(ENTITY_TYPES[kind].fields).filter((field) => field.search === true);
  const value = texts.map(({ name }) => v[name]).find((one) => typeof one === "string" && one !== "");
  return typeof value === "string" ? value : "";
}

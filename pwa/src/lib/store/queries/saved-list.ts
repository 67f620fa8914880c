import type { SavedListSubject } from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";

/** A saved list and whose it is. */
export type SavedListRow = Visible<"saved_list">;

/** The saved lists of a subject: the person's own first, then the organisation's, each by name. */
export const savedListList = defineQuery<{ subject: SavedListSubject; limit: number }, SavedListRow[]>({
  reads: ["saved_list"],
  run(database, { subject, limit }) {
    const ids = database.all<{ id: string }>(
      "SELECT id FROM saved_list WHERE subject = ? AND deleted IS NOT 1 ORDER BY root = 'shared', sort_key, id LIMIT ?",
      [subject, limit],
    );
    return ids.flatMap(({ id }) => readVisible(database, "saved_list", id) ?? []);
  },
});

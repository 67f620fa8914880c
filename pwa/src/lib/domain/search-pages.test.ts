import { expect, test } from "vitest";
import { askedFor, FIRST_PAGE, pagesOf, type Shown, withMore } from "./search-pages";

const hits = (kind: "customer" | "note", count: number) =>
  Array.from({ length: count }, (_, at) => ({ kind, id: `${kind} ${at}` }));

test("a kind says that there are more of it exactly where there are", () => {
  const pages = pagesOf([...hits("customer", FIRST_PAGE + 1), ...hits("note", FIRST_PAGE)], {});
  expect(pages.map((page) => [page.kind, page.hits.length, page.hasMore])).toEqual([
    ["customer", FIRST_PAGE, true],
    ["note", FIRST_PAGE, false],
  ]);
});

test("page by page every hit of a kind is reached, and the others stay as they are", () => {
  const all = hits("customer", 100);
  let shown: Shown = {};
  const notes = hits("note", 20);
  for (let turns = 0; turns < 10; turns += 1) {
    const { limit, limits } = askedFor(shown);
    const [customers, others] = pagesOf(
      [...all.slice(0, limits.customer ?? limit), ...notes.slice(0, limits.note ?? limit)],
      shown,
    );
    expect(others?.hits).toHaveLength(FIRST_PAGE);
    if (customers?.hasMore !== true) {
      expect(customers?.hits).toEqual(all);
      return;
    }
    shown = withMore(shown, "customer");
  }
  expect.unreachable();
});

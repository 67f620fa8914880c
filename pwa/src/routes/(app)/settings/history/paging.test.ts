import { expect, test } from "vitest";
import { PAGE, pageOf } from "./paging";

const people = Array.from({ length: 1234 }, (_, n) => ({ id: `p${n}`, name: `Person ${n}` }));

test("of a large team everybody is reached, page by page", () => {
  let pages = 1;
  while (pageOf(people, "", pages).isMore) pages += 1;
  expect(pageOf(people, "", pages).rows).toEqual(people);
  expect(pages).toBe(Math.ceil(people.length / PAGE));
  expect(pageOf(people, "", 1).rows).toHaveLength(PAGE);
});

test("a search looks through all of them, whatever page is shown", () => {
  expect(pageOf(people, "  person 1233 ", 1)).toEqual({ rows: [people[1233]], isMore: false });
  expect(pageOf(people, "nobody", 1)).toEqual({ rows: [], isMore: false });
});

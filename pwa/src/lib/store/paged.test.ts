import { expect, test } from "vitest";
import { PAGE_ROWS, PagedList, type PageOf } from "./paged.svelte.ts";

/** A list of `total` numbers from `first` on whose answers come when the test lets them. */
function source(total: number, first = 0) {
  const asked: number[] = [];
  const waiting: (() => void)[] = [];
  const load = (offset: number, limit: number) =>
    new Promise<PageOf<number>>((resolve) => {
      asked.push(offset);
      const rows = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => first + offset + i);
      waiting.push(() => resolve({ rows, total }));
    });
  const answer = async () => {
    for (const resolve of waiting.splice(0)) resolve();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { load, asked, answer };
}

test("the first page tells how long the list is", async () => {
  const list = new PagedList<number>();
  const numbers = source(250);
  list.ask(numbers.load);
  expect(list.latest).toBeNull();
  await numbers.answer();
  expect([list.total, list.row(0), list.row(99), list.row(100)]).toEqual([250, 0, 99, undefined]);
});

test("a row far down brings its own page and no other, and asks for it once", async () => {
  const list = new PagedList<number>();
  const numbers = source(10_000);
  list.ask(numbers.load);
  await numbers.answer();
  list.want(7_050);
  list.want(7_051);
  await numbers.answer();
  expect(numbers.asked).toEqual([0, 7_000]);
  expect(list.row(7_050)).toBe(7_050);
});

test("another question keeps the old answer in sight until its own has come", async () => {
  const list = new PagedList<number>();
  const [numbers, others] = [source(300), source(50, 1000)];
  list.ask(numbers.load);
  await numbers.answer();
  list.ask(others.load);
  expect([list.row(0), list.isAnswered]).toEqual([0, false]);
  await others.answer();
  expect(list.isAnswered).toBe(true);
  expect([list.total, list.row(0), list.row(60)]).toEqual([50, 1000, undefined]);
});

test("an answer that comes after the next question is not shown", async () => {
  const list = new PagedList<number>();
  const [slow, quick] = [source(300), source(50, 1000)];
  list.ask(slow.load);
  list.ask(quick.load);
  await quick.answer();
  await slow.answer();
  expect(list.row(0)).toBe(1000);
});

test("a change of the data asks anew for what is near and forgets the rest", async () => {
  const list = new PagedList<number>();
  const numbers = source(10_000);
  list.ask(numbers.load);
  await numbers.answer();
  list.want(5_000);
  await numbers.answer();
  list.refresh();
  await numbers.answer();
  expect(numbers.asked).toEqual([0, 5_000, 5_000]);
  expect([list.row(5_000), list.row(0)]).toEqual([5_000, undefined]);
});

test("scrolling through everything keeps only a few pages", async () => {
  const list = new PagedList<number>();
  const numbers = source(10_000);
  list.ask(numbers.load);
  for (let index = 0; index < 10_000; index += PAGE_ROWS) {
    list.want(index);
    await numbers.answer();
  }
  const held = Array.from({ length: 100 }, (_, page) => list.row(page * PAGE_ROWS)).filter((row) => row !== undefined);
  expect(held.length).toBeLessThanOrEqual(8);
  expect(list.row(9_999)).toBe(9_999);
});

test("a failure is told, and gone after the next good answer", async () => {
  const list = new PagedList<number>();
  const numbers = source(10);
  list.ask(() => Promise.reject(new Error("SQLITE_FULL")));
  await Promise.resolve();
  await Promise.resolve();
  expect(list.error?.code).toBe("storage_full");
  list.ask(numbers.load);
  await numbers.answer();
  expect([list.error, list.total]).toEqual([null, 10]);
});

/** A list that is counted on its own, when the test lets it; what was asked: "rows" from where, "count". */
function uncounted(total: number) {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const load = async (offset: number, limit: number, counted: boolean) => {
    asked.push(counted ? "count" : `rows ${offset}`);
    if (counted) await new Promise<void>((resolve) => waiting.push(resolve));
    const rows = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => offset + i);
    return { rows, total: counted ? total : offset + rows.length, isCounted: counted };
  };
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
  const count = () => {
    for (const resolve of waiting.splice(0)) resolve();
    return settled();
  };
  return { load, asked, settled, count };
}

test("the first rows are there before anybody has counted, and are counted once", async () => {
  const list = new PagedList<number>();
  const numbers = uncounted(10_000);
  list.ask(numbers.load);
  await numbers.settled();
  expect([list.row(0), list.total, list.isCounted]).toEqual([0, PAGE_ROWS, false]);
  list.want(PAGE_ROWS);
  await numbers.settled();
  expect([list.row(PAGE_ROWS), list.total, list.isCounted]).toEqual([PAGE_ROWS, 2 * PAGE_ROWS, false]);
  await numbers.count();
  expect([list.total, list.isCounted]).toEqual([10_000, true]);
  expect(numbers.asked).toEqual(["rows 0", "count", "rows 100"]);
});

test("a list whose data has changed stays as long as it was until it is counted again; another question is another list", async () => {
  const list = new PagedList<number>();
  const [numbers, fewer, others] = [uncounted(10_000), uncounted(9_999), uncounted(500)];
  const source = { load: numbers.load };
  list.ask((...asked) => source.load(...asked));
  await numbers.settled();
  await numbers.count();
  source.load = fewer.load;
  list.refresh();
  await fewer.settled();
  expect([list.total, list.isCounted]).toEqual([10_000, true]);
  await fewer.count();
  expect(list.total).toBe(9_999);
  list.ask(others.load);
  await others.settled();
  expect([list.total, list.isCounted]).toEqual([PAGE_ROWS, false]);
});

test("a count that comes after the next question is not believed", async () => {
  const list = new PagedList<number>();
  const [slow, quick] = [uncounted(10_000), uncounted(500)];
  list.ask(slow.load);
  await slow.settled();
  list.ask(quick.load);
  await quick.settled();
  await quick.count();
  await slow.count();
  expect(list.total).toBe(500);
});

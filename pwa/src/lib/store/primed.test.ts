import { expect, test } from "vitest";
import { News } from "./news.ts";
import { Primed } from "./primed.ts";

/** A store with one answer, which the test lets come. */
function asked() {
  const news = new News();
  const waiting: { resolve(): void; reject(): void }[] = [];
  let watching = 0;
  const primed = new Primed(async (_, parameters, changed) => {
    await new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
    watching += 1;
    const stop = news.watch(["visit"], changed);
    return {
      result: parameters as never,
      stop: () => {
        watching -= 1;
        stop();
      },
    };
  });
  return { primed, news, next: () => waiting.shift(), watching: () => watching };
}
const take = ({ primed }: ReturnType<typeof asked>, id: string, changed = () => {}) =>
  primed.take("visit.one", { id }, changed);

test("an answer is given once, to who asks just that", async () => {
  const store = asked();
  const done = store.primed.ask("visit.one", { id: "v" });
  expect(take(store, "v")).toBeUndefined();
  store.next()?.resolve();
  await done;
  expect(take(store, "other")).toBeUndefined();
  expect(take(store, "v")?.result).toEqual({ id: "v" });
  expect(take(store, "v")).toBeUndefined();
});

test("what changes before it is taken is forgotten, and what changes after is told to who has it", async () => {
  const store = asked();
  let done = store.primed.ask("visit.one", { id: "v" });
  store.next()?.resolve();
  await done;
  store.news.tell(["visit"]);
  expect(take(store, "v")).toBeUndefined();
  done = store.primed.ask("visit.one", { id: "v" });
  store.next()?.resolve();
  await done;
  let told = 0;
  take(store, "v", () => {
    told += 1;
  });
  store.news.tell(["visit"]);
  expect(told).toBe(1);
});

test("the newest question is the one that counts, and nothing is watched for another", async () => {
  const store = asked();
  const done = [store.primed.ask("visit.one", { id: "first" }), store.primed.ask("visit.one", { id: "second" })];
  store.next()?.resolve();
  store.next()?.resolve();
  await Promise.all(done);
  expect(take(store, "first")).toBeUndefined();
  expect(store.watching()).toBe(1);
  const kept = take(store, "second");
  expect(kept?.result).toEqual({ id: "second" });
  kept?.stop();
  expect(store.watching()).toBe(0);
});

test("a question that fails is nobody's trouble: the screen asks it again", async () => {
  const store = asked();
  const done = store.primed.ask("visit.one", { id: "v" });
  store.next()?.reject();
  await done;
  expect(take(store, "v")).toBeUndefined();
});

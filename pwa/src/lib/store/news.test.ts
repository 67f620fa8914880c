import { expect, test } from "vitest";
import { News } from "./news.ts";

test("a watcher hears once of what it reads, and of nothing else", () => {
  const news = new News();
  const heard: string[] = [];
  news.watch(["visit"], () => heard.push("visit"));
  news.watch(["task"], () => heard.push("task"));
  news.tell(["visit", "outbox"]);
  news.tell(["visit"]);
  expect(heard).toEqual(["visit"]);
});

test("a listener hears of kinds, each time, and not of the store's own lists", () => {
  const news = new News();
  const heard: string[][] = [];
  const stop = news.listen((kinds) => heard.push([...kinds]));
  news.tell(["visit", "outbox"]);
  news.tell(["outbox"]);
  news.tell(["task"]);
  stop();
  news.tell(["task"]);
  expect(heard).toEqual([["visit"], ["task"]]);
});

test("what is held is told at the end of the last hold, once, to those who still listen", () => {
  const news = new News();
  const heard: string[] = [];
  const stop = news.watch(["visit"], () => heard.push("left"));
  news.watch(["visit"], () => heard.push("stays"));
  news.listen((kinds) => heard.push([...kinds].join()));
  const [first, second] = [news.hold(), news.hold()];
  news.tell(["visit"]);
  news.tell(["visit", "task"]);
  stop();
  first();
  first();
  expect(heard).toEqual([]);
  second();
  expect(heard).toEqual(["stays", "visit,task"]);
});

test("who asks after the news is not told of them when the hold ends", () => {
  const news = new News();
  const heard: string[] = [];
  const tell = news.hold();
  news.tell(["visit"]);
  news.watch(["visit"], () => heard.push("newer"));
  tell();
  expect(heard).toEqual([]);
  news.tell(["visit"]);
  expect(heard).toEqual(["newer"]);
});

test("who watches anew when he is told hears of the next change, not of the same again", () => {
  const news = new News();
  let heard = 0;
  const again = () => {
    heard += 1;
    news.watch(["visit"], again);
  };
  again();
  news.tell(["visit"]);
  expect(heard).toBe(2);
});

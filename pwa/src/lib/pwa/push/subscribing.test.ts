import { expect, test } from "vitest";
import type { ApiContext } from "#lib/api/client";
import { type Look, type PushBrowser, type Subscription, subscribe, unsubscribe } from "./subscribing";

/** A browser's push service that can refuse. */
class Browser implements PushBrowser {
  readonly timeZone = "Asia/Tehran";
  constructor(readonly look: Look | null = null) {}
  standing: Subscription | null = null;
  made = 0;
  refuses = false;
  async current() {
    return this.standing;
  }
  async subscribe(key: string) {
    if (this.refuses) throw new Error("no push service");
    this.made += 1;
    this.standing = { endpoint: `https://push.example/${this.made}`, p256dh: "p", auth: "a", key };
    return this.standing;
  }
  async unsubscribe() {
    this.standing = null;
  }
}

function server(key: string) {
  const heard: string[] = [];
  const context: ApiContext = {
    isOnline: () => true,
    fetch: async (input, init) => {
      const body = init?.body === undefined ? "" : ` ${String(init.body)}`;
      heard.push(`${init?.method} ${String(input)}${body}`);
      if (init?.method === "DELETE") return new Response(null, { status: 204 });
      return Response.json(String(input).endsWith("/key") ? { key } : { endpoint: "", renewed: 1 });
    },
  };
  return { context, heard };
}

const PUT = (number: number) =>
  `PUT /api/push/subscription {"endpoint":"https://push.example/${number}","p256dh":"p","auth":"a","time_zone":"Asia/Tehran"}`;

test("the first start subscribes and every other renews the same", async () => {
  const browser = new Browser();
  const { context, heard } = server("k");
  expect((await subscribe(context, browser)).problem).toBeNull();
  expect((await subscribe(context, browser)).problem).toBeNull();
  expect(browser.made).toBe(1);
  expect(heard.filter((one) => one.startsWith("PUT"))).toEqual([PUT(1), PUT(1)]);
});

test("the app says which language and calendar it shows, the service worker leaves them as they were", async () => {
  const { context, heard } = server("k");
  await subscribe(context, new Browser({ locale: "fa", calendar: "gregory" }));
  expect(heard.at(-1)).toContain('"time_zone":"Asia/Tehran","locale":"fa","calendar":"gregory"}');
  await subscribe(context, new Browser(null));
  expect(heard.at(-1)).not.toMatch(/locale|calendar/);
});

test("another key of the server takes a new subscription", async () => {
  const browser = new Browser();
  await subscribe(server("old").context, browser);
  const { context, heard } = server("new");
  await subscribe(context, browser);
  expect(browser.standing?.key).toBe("new");
  expect(heard.at(-1)).toBe(PUT(2));
});

test("a browser whose push service refuses says so", async () => {
  const browser = new Browser();
  browser.refuses = true;
  expect((await subscribe(server("k").context, browser)).problem).toEqual({ code: "push_service" });
});

test("without the network it is ended at the browser all the same", async () => {
  const browser = new Browser();
  await subscribe(server("k").context, browser);
  const offline: ApiContext = { isOnline: () => false, fetch: () => Promise.reject(new TypeError()) };
  expect((await unsubscribe(offline, browser)).ok).toBe(false);
  expect(browser.standing).toBeNull();
});

import { expect, test } from "vitest";
import { type ApiContext, request } from "./client";
import { listDevices } from "./devices";
import { deviceOffer, signIn } from "./session";

const ME = {
  person: "p1",
  name: "Marek Kowal",
  email: "marek@demo.example",
  role: "rep",
  device: 7,
  organisation: "Demo",
};

/** A server that answers every request with one response; `fetch` is the seam where the real one is put in. */
const answering = (response: () => Response | Promise<never>, isOnline = true): ApiContext => ({
  fetch: async () => response(),
  isOnline: () => isOnline,
});
const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });
const problem = (code: string, more: object = {}) =>
  json({ type: "about:blank", title: "", status: 400, code, ...more }, 400);
const enter = (context: ApiContext) => signIn(context, "marek@demo.example", "routebook", deviceOffer("", 3));

test("signing in answers with the account", async () => {
  expect(await enter(answering(json(ME, 201)))).toEqual({
    ok: true,
    value: { person: "p1", name: "Marek Kowal", role: "rep", device: 7 },
  });
});

test("a refusal keeps its code and the time to wait", async () => {
  expect(await enter(answering(problem("rate_limited", { retry_after: 12 })))).toEqual({
    ok: false,
    problem: { code: "rate_limited", field: "", retryAfter: 12 },
  });
});

test("a code of a newer server is a fault of the server", async () => {
  expect(await enter(answering(problem("struck_by_lightning")))).toMatchObject({ problem: { code: "internal" } });
});

test("no network is told from no answer", async () => {
  const broken = () => Promise.reject(new TypeError("Failed to fetch"));
  expect(await enter(answering(broken, false))).toMatchObject({ problem: { code: "offline" } });
  expect(await enter(answering(broken, true))).toMatchObject({ problem: { code: "no_answer" } });
});

test("a page of a hotel's network is no answer", async () => {
  const portal = () => new Response("<html>Welcome</html>", { headers: { "content-type": "text/html" } });
  expect(await enter(answering(portal))).toMatchObject({ problem: { code: "no_answer" } });
  expect(await enter(answering(() => new Response("<html>", { status: 502 })))).toMatchObject({
    problem: { code: "no_answer" },
  });
});

test("an answer of another shape is no answer", async () => {
  expect(await enter(answering(json({ ...ME, role: "king" })))).toMatchObject({ problem: { code: "no_answer" } });
});

test("an empty answer is enough where nothing is asked", async () => {
  const empty = answering(() => new Response(null, { status: 204 }));
  expect(await request(empty, "DELETE", "/api/session", () => null)).toEqual({ ok: true, value: null });
});

test("a device comes with what it told of itself, where the server leaves out what is zero", async () => {
  const device = { number: 7, person: "p1", name: "Chrome", platform: "", created: 1, last_seen: 5 };
  const told = {
    version: "1",
    waiting: 3,
    files: 2,
    stored_bytes: 9,
    persisted: true,
    offset: -2,
    resets: 1,
    repairs: 4,
  };
  const answer = [
    { ...device, report: told },
    { ...device, report: {}, wiped_at: 8 },
    { ...device, revoked_at: 9, may_end: true },
  ];
  const result = await listDevices(answering(json(answer)));
  const known = {
    number: 7,
    person: "p1",
    name: "Chrome",
    created: 1,
    lastSeen: 5,
    revokedAt: null,
    wipedAt: null,
    mayEnd: false,
  };
  const nothing = {
    version: "",
    waiting: 0,
    files: 0,
    storedBytes: 0,
    persisted: false,
    offset: 0,
    resets: 0,
    repairs: 0,
  };
  expect(result.ok && result.value).toEqual([
    {
      ...known,
      report: {
        version: "1",
        waiting: 3,
        files: 2,
        storedBytes: 9,
        persisted: true,
        offset: -2,
        resets: 1,
        repairs: 4,
      },
    },
    { ...known, wipedAt: 8, report: nothing },
    { ...known, revokedAt: 9, mayEnd: true, report: null },
  ]);
});

test("a device names its browser and its system", () => {
  const pixel = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36";
  expect(deviceOffer(pixel, 3)).toEqual({ name: "Chrome · Android", platform: "Android", number: 3 });
  expect(deviceOffer("Mozilla/5.0 (iPhone) AppleWebKit Version/18 Safari/604")).toMatchObject({
    name: "Safari · iPhone",
  });
  expect(deviceOffer("curl")).toEqual({ name: "browser", platform: "" });
});

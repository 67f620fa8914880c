import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { ApiContext } from "./client";
import { fetchFile, PART_BYTES } from "./files";

const FILE = Buffer.from(Array.from({ length: 2.5 * PART_BYTES }, (_, at) => (at * 31 + (at >> 8)) % 251));
const SMALL = Buffer.from("a small picture");
const digestOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** What a server does with a request: how many bytes of the answer it sends before it cuts the line, or falls silent. */
interface Deed {
  readonly cutAt?: number;
  readonly silentAt?: number;
  readonly whole?: boolean;
  readonly bytes?: Buffer;
  readonly status?: number;
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server over a real wire that does one deed with each request, and then what it should. */
async function serve(file: Buffer, ...deeds: Deed[]) {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { cutAt, silentAt, whole = false, bytes = file, status } = deeds.shift() ?? {};
    const range = request.headers.range ?? "";
    asked.push(range);
    if (status !== undefined) {
      response.writeHead(status, { "content-type": "application/json" });
      return response.end(JSON.stringify({ code: "not_found", field: "" }));
    }
    const [, start = 0, last = 0] = (/^bytes=(\d+)-(\d+)$/.exec(range) ?? []).map(Number);
    const part = whole ? bytes : bytes.subarray(start, last + 1);
    response.writeHead(whole ? 200 : 206, {
      "content-length": part.length,
      ...(whole ? {} : { "content-range": `bytes ${start}-${start + part.length - 1}/${bytes.length}` }),
    });
    const sent = part.subarray(0, cutAt ?? silentAt ?? part.length);
    response.write(sent, () => (cutAt === undefined ? undefined : response.destroy()));
    if (cutAt === undefined && silentAt === undefined) response.end();
    return undefined;
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const context: ApiContext = { fetch: (path, init) => fetch(`${origin}${path}`, init), isOnline: () => true };
  return { asked, context, origin };
}

let records = 0;
/** A record that no other test has asked for. */
function record(): string {
  records += 1;
  return `record${records}`;
}
const starts = (asked: readonly string[]) => asked.map((range) => Number(/=(\d+)-/.exec(range)?.[1]));
const NO_ANSWER = { ok: false, problem: { code: "no_answer" } };

test("a large file comes part by part", async () => {
  const { asked, context } = await serve(FILE);
  const got = await fetchFile(context, record(), digestOf(FILE), FILE.length);
  expect(got.ok && FILE.equals(Buffer.from(got.value))).toBe(true);
  expect(starts(asked)).toEqual([0, PART_BYTES, 2 * PART_BYTES]);
});

test("a file of a length that nobody has said comes in one part", async () => {
  const { asked, context } = await serve(SMALL);
  const got = await fetchFile(context, record(), digestOf(SMALL), null);
  expect(got.ok && SMALL.equals(Buffer.from(got.value))).toBe(true);
  expect(asked).toHaveLength(1);
});

test("a line that is cut in the middle goes on behind what came", async () => {
  const { asked, context } = await serve(FILE, {}, { cutAt: 400_000 });
  const got = await fetchFile(context, record(), digestOf(FILE), FILE.length);
  expect(got.ok && FILE.equals(Buffer.from(got.value))).toBe(true);
  expect(starts(asked).slice(0, 2)).toEqual([0, PART_BYTES]);
  expect(starts(asked)[2]).toBeGreaterThan(PART_BYTES);
});

test("a line that is gone ends the try, and the next one goes on", async () => {
  const one = record();
  const { asked, context } = await serve(FILE, {}, { cutAt: 0 });
  expect(await fetchFile(context, one, digestOf(FILE), FILE.length)).toMatchObject(NO_ANSWER);
  const got = await fetchFile(context, one, digestOf(FILE), FILE.length);
  expect(got.ok && FILE.equals(Buffer.from(got.value))).toBe(true);
  expect(starts(asked)).toEqual([0, PART_BYTES, PART_BYTES, 2 * PART_BYTES]);
});

test("a server that falls silent is left after a while, however much it sent before", async () => {
  const one = record();
  const { asked, context } = await serve(FILE, { silentAt: PART_BYTES - 1 }, { silentAt: 0 });
  expect(await fetchFile(context, one, digestOf(FILE), FILE.length, 300)).toMatchObject(NO_ANSWER);
  expect(starts(asked)).toEqual([0, PART_BYTES - 1]);
});

test("a server that knows no parts sends the whole", async () => {
  const one = record();
  const { asked, context } = await serve(FILE, {}, { cutAt: 0 }, { whole: true });
  expect(await fetchFile(context, one, digestOf(FILE), FILE.length)).toMatchObject(NO_ANSWER);
  const got = await fetchFile(context, one, digestOf(FILE), FILE.length);
  expect(got.ok && FILE.equals(Buffer.from(got.value))).toBe(true);
  expect(asked).toHaveLength(3);
});

test("a file that is another one meanwhile is begun anew, and bytes of another digest are no answer", async () => {
  const one = record();
  const other = Buffer.concat([FILE, SMALL]);
  const { asked, context } = await serve(FILE, { cutAt: 0 }, {}, { bytes: other }, {});
  expect(await fetchFile(context, one, digestOf(FILE), FILE.length)).toMatchObject(NO_ANSWER);
  expect(await fetchFile(context, one, digestOf(FILE), FILE.length)).toMatchObject(NO_ANSWER);
  const got = await fetchFile(context, one, digestOf(FILE), FILE.length);
  expect(got.ok && FILE.equals(Buffer.from(got.value))).toBe(true);
  expect(starts(asked)).toEqual([0, 0, PART_BYTES, 0, PART_BYTES, 2 * PART_BYTES]);
  const { context: wrong } = await serve(Buffer.alloc(SMALL.length));
  expect(await fetchFile(wrong, record(), digestOf(SMALL), SMALL.length)).toMatchObject(NO_ANSWER);
});

test("who may not have the rest is told so, and keeps no beginning", async () => {
  const one = record();
  const { asked, context } = await serve(FILE, {}, { status: 404 });
  const got = await fetchFile(context, one, digestOf(FILE), FILE.length);
  expect(got).toMatchObject({ ok: false, problem: { code: "not_found" } });
  expect((await fetchFile(context, one, digestOf(FILE), FILE.length)).ok).toBe(true);
  expect(starts(asked).slice(0, 3)).toEqual([0, PART_BYTES, 0]);
});

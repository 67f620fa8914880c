import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { EventReader, EventStream } from "./event-stream.ts";
import { HttpClient } from "./http.ts";

let server: Server | null = null;
let client: HttpClient | null = null;

afterEach(() => {
  client?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A client of a server that answers so. */
async function serve(answer: RequestListener, cookie = ""): Promise<HttpClient> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, cookie);
  return client;
}

describe("requests", () => {
  test("go with the cookie over one kept connection, and every byte is counted", async () => {
    const seen: string[] = [];
    const ports = new Set<number | undefined>();
    const http = await serve((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.cookie}`);
      ports.add(request.socket.remotePort);
      response.end("1234567890");
    }, "session=x");
    for (let at = 0; at < 3; at += 1) expect((await http.send("GET", "/a")).body.toString()).toBe("1234567890");
    expect(seen).toEqual(Array(3).fill("GET /a session=x"));
    expect(ports.size).toBe(1);
    expect(http.traffic.received).toBeGreaterThan(3 * 10);
    expect(http.traffic.sent).toBeGreaterThan(3 * "GET /a HTTP/1.1".length);
  });

  test("unpack what comes packed, small or large", async () => {
    for (const text of ["small", "large ".repeat(100_000), Array.from({ length: 40_000 }, Math.random).join()]) {
      const http = await serve((_request, response) => {
        response.setHeader("content-encoding", "gzip");
        response.end(gzipSync(text));
      });
      expect((await http.send("GET", "/")).body.toString()).toBe(text);
    }
  });

  test("fail where the answer is cut, wherever the cut is", async () => {
    const body = "x".repeat(5000);
    for (const kept of [0, 1, 2500, 4999]) {
      const http = await serve((request) => {
        request.socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, kept)}`);
      });
      await expect(http.send("GET", "/")).rejects.toThrow();
    }
  });

  test("fail at once without a network, and work again with it", async () => {
    const http = await serve((_request, response) => response.end("here"));
    await http.send("GET", "/");
    http.setNetwork(false);
    await expect(http.send("GET", "/")).rejects.toThrow("no network");
    http.setNetwork(true);
    expect((await http.send("GET", "/")).body.toString()).toBe("here");
  });
});

describe("the stream", () => {
  test("is read alike in whatever parts it comes", () => {
    const text = 'retry: 250\n: a comment\n\nid: 7\nevent: heads\ndata: {"a":\ndata: [1,2]}\n\ndata: plain\r\n\r\n';
    for (let size = 1; size <= text.length; size += 1) {
      const events: string[][] = [];
      const others: (string | number)[] = [];
      const reader = new EventReader({
        event: (name, data) => events.push([name, data]),
        id: (id) => others.push(id),
        retry: (ms) => others.push(ms),
      });
      for (let at = 0; at < text.length; at += size) reader.take(text.slice(at, at + size));
      expect(events).toEqual([
        ["heads", '{"a":\n[1,2]}'],
        ["message", "plain"],
      ]);
      expect(others).toEqual([250, "7"]);
    }
  });

  test("is opened again after a break, and ends for good when it is refused", async () => {
    let opened = 0;
    const ids: unknown[] = [];
    const http = await serve((request, response) => {
      opened += 1;
      ids.push(request.headers["last-event-id"]);
      if (opened === 3) {
        response.writeHead(401);
        response.end();
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`retry: 1\nid: ${opened}\nevent: heads\ndata: ${opened}\n\n`);
    });
    const heard: string[] = [];
    await new Promise<void>((resolve) => {
      new EventStream(http, "/live", {
        event: (name, data) => heard.push(`${name} ${data}`),
        opened: () => heard.push("opened"),
        interrupted: () => heard.push("interrupted"),
        ended: resolve,
      });
    });
    expect(heard).toEqual(["opened", "heads 1", "interrupted", "opened", "heads 2", "interrupted"]);
    expect(ids).toEqual([undefined, "1", "2"]);
  });
});

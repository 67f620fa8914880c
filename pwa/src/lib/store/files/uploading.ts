/** What the tests of the uploader share: a device, its box and a server, and what happens to them. */
import { vi } from "vitest";
import { BUCKET, customerRow, type Fixture, id, NOW, open, PERSON, receive, row } from "../fixtures.ts";
import { MemoryBox, PartServer } from "./fixtures.ts";
import { type Network, type NewContent, Uploader } from "./uploader.ts";

export const C = id(100);
export const digestOf = (number: number) => number.toString(16).padStart(64, "0");
export const bytesOf = (size: number) => new Uint8Array(size).fill(7).buffer;

/** A device with its book, box and uploader, and a server, which answers at `now` by its clock; time goes when told to. */
export function make({ device = open(), box = new MemoryBox(), server = new PartServer(), now = NOW } = {}) {
  receive(device, { rows: { [BUCKET]: [customerRow(100)] }, now });
  const world = { isClear: true, network: "free" as Network, life: 1 };
  const faults: unknown[] = [];
  const uploader = new Uploader({
    box,
    transport: server,
    timers: {
      now: () => Date.now(),
      after(ms, work) {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    },
    random: () => 0,
    network: () => world.network,
    isClear: () => world.isClear,
    record: (record) => device.engine.fileRecord(record),
    life: () => world.life,
    heardAt: () => device.engine.lastContact ?? 0,
    write: (change, key) => device.engine.write([change], key),
    changed: () => {},
    fault: (reason) => faults.push(reason),
  });
  return { uploader, box, server, device, world, faults };
}
export type Made = ReturnType<typeof make>;

export function photo(number: number, size = 300_000, thumbnail = 5_000) {
  const v = {
    customer: C,
    person: PERSON,
    type: "photo",
    media_type: "image/jpeg",
    size,
    digest: digestOf(number),
    thumbnail: digestOf(number + 1_000),
    thumbnail_size: thumbnail,
    taken_at: NOW,
  } as const;
  const contents: NewContent[] = [
    { part: "file", digest: v.digest, mediaType: v.media_type, bytes: bytesOf(size) },
    { part: "thumbnail", digest: v.thumbnail, mediaType: v.media_type, bytes: bytesOf(thumbnail) },
  ];
  return { change: { kind: "file", id: id(number), root: C, v } as const, contents };
}

export async function add({ uploader, server }: Made, number: number, size?: number) {
  const { change, contents } = photo(number, size);
  for (const { digest, bytes } of contents) server.sizes[digest] = bytes.byteLength;
  return uploader.add(change, `photo ${number}`, contents);
}

/** What the server writes into the record, by sync. */
export function hear(device: Fixture, number: number) {
  const { v } = photo(number).change;
  receive(device, {
    pushed: device.engine.unsent().at(-1)?.n ?? 0,
    rows: { [BUCKET]: [row("file", id(number), C, { ...v, stored: v.digest, stored_thumbnail: v.thumbnail }, 1_000)] },
  });
}

/** A backup of before the photo was restored: its record was offered again, and nothing says that its bytes are there. */
export function loseStored({ device, server, world }: Made, number: number) {
  server.parts.clear();
  world.life += 1;
  const v = { ...photo(number).change.v, stored: null, stored_thumbnail: null };
  receive(device, {
    pushed: device.engine.unsent().at(-1)?.n ?? 0,
    rows: { [BUCKET]: [row("file", id(number), C, v, 5_000)] },
  });
}

/** The customer goes to somebody else, whose device has his files from then on. */
export function takeAway({ device }: Made) {
  receive(device, { pushed: device.engine.unsent().at(-1)?.n ?? 0, grants: ["shared", `u:${PERSON}`] });
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** What the first version of the app kept on a phone, opened by the app of today (`tests/compat/README.md`). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Engine } from "#lib/store/engine";
import { StillWorld } from "#lib/store/fixtures";
import { NodeDatabase } from "#lib/store/node-database";
import { Queries } from "../src/lib/store/queries/index.ts";
import { LATER } from "../src/lib/store/queries/later.ts";

const KEPT = fileURLToPath(new URL("../../tests/compat/protocol_1/device.db.gz", import.meta.url));
const ANNA = "0000000000000000000000005h";
const BAKERY = "00000000000000000000000061";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compat-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(device = 1): Engine {
  const path = join(folder, "device.db");
  writeFileSync(path, gunzipSync(readFileSync(KEPT)));
  const account = { person: ANNA, device, role: "rep", name: "Anna" } as const;
  return new Engine(new NodeDatabase(path), account, new StillWorld(1_800_000_100_000), Queries.all(LATER));
}

test("keeps what was not sent, edit by edit, and sends it as it was", () => {
  const engine = open();
  expect(engine.waiting).toBe(3);
  const { edits = [], cursors } = engine.request({});
  expect(edits.map(({ n, kind }) => [n, kind])).toEqual([
    [3, "visit"],
    [4, "customer"],
    [5, "contact"],
  ]);
  expect(edits[1]?.v).toMatchObject({ street: "Portowa 4", description: "Duża piekarnia przy porcie" });
  expect(cursors?.[`t:${"0".repeat(24)}51`]?.[0]).toBe(1);
});

test("shows the records that were there, with what is unsent over them", () => {
  const engine = open();
  const shown = engine.query("customer.one", { id: BAKERY });
  expect(shown?.customer).toMatchObject({ name: "Bakery", street: "Portowa 4", tags: ["cash", "chain"] });
});

test("gives the next edit the next number", () => {
  const engine = open();
  const written = engine.write([{ kind: "customer", id: BAKERY, root: BAKERY, v: { city: "Hel" } }], "key");
  expect(written).toMatchObject({ saved: true, edits: [6] });
});

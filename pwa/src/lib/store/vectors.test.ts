/** The engine plays the protocol's conversations from the device's side (`sync/vectors/device/*.json`). */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bucketChecksum, partitionChecksums, partitionOf, textFromSums } from "$sync/checksum.ts";
import { stampFromClock } from "$sync/clock.ts";
import type { Row, SyncReply } from "$sync/messages.ts";
import type { Asked } from "./cursors.ts";
import { Engine } from "./engine.ts";
import { StillWorld } from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";
import { Queries } from "./queries/index.ts";
import { LATER } from "./queries/later.ts";
import { readSum } from "./sums.ts";

const FOLDER = new URL("../../../../sync/vectors/device/", import.meta.url);
const NOON = 1_800_000_000_000;
const WORDS = ["anna", "north", "south", "bakery", "chemist", "note1", "note2", "unknown"];
const idOf = (word: string) => `01jd${String(WORDS.indexOf(word) + 1).padStart(22, "0")}`;

type Step = { readonly [name: string]: unknown };
interface Case {
  readonly rule: string;
  readonly name: string;
  readonly steps: readonly Step[];
}

/** The case with ids and stamps in place of their names. */
function meant<T>(value: T): T {
  const text = JSON.stringify(value)
    .replaceAll(/\{([a-z]+\d?)\}/g, (_, word: string) => idOf(word))
    .replaceAll(/@(\d+)\.(\d+)\.(\d+)/g, (_, ms, counter, device) =>
      stampFromClock({ ms: NOON + Number(ms), counter: Number(counter), device: Number(device) }),
    );
  return JSON.parse(text);
}

class Played {
  readonly database = new NodeDatabase();
  readonly world = new StillWorld(NOON);
  engine = this.#open(1);
  #keys = 0;

  #open(device: number): Engine {
    return new Engine(
      this.database,
      { person: idOf("anna"), role: "rep", name: "Anna", device },
      this.world,
      Queries.all(LATER),
    );
  }

  play(step: Step): void {
    const { engine, world } = this;
    if (step.clock !== undefined) world.ms += step.clock as number;
    if (step.save !== undefined) {
      this.#keys += 1;
      const result = engine.write(step.save as Parameters<Engine["write"]>[0], `${this.#keys}`, step.together === true);
      expect(result.saved).toBe(true);
    }
    if (step.reply !== undefined) {
      const sent = world.now();
      world.ms += (step.took as number | undefined) ?? 0;
      engine.apply(this.#reply(step.reply as Given), sent, world.now(), step.asked as Asked | undefined);
    }
    if (step.gap !== undefined) engine.closeGap(step.gap as number);
    if (step.hold !== undefined) engine.hold(step.hold as readonly number[]);
    if (step.aside !== undefined) expect(engine.setAside(true)).toBe(step.aside);
    if (step.restart !== undefined) this.engine = this.#open(engine.account.device);
    if (step.device !== undefined) this.engine = this.#open(step.device as number);
    this.#expect(step);
  }

  /** What a case leaves out says that nothing is new. */
  #reply({ repair_of = {}, sums_of = {}, ...given }: Given): SyncReply {
    const grants = given.grants ?? [`u:${idOf("anna")}`, "shared", `t:${idOf("north")}`];
    const held = this.engine.cursors();
    const cursors = Object.fromEntries(grants.map((bucket) => [bucket, held[bucket] ?? ([1, 0] as const)]));
    return {
      now: this.world.now(),
      pushed: this.engine.request({}, 0).ack ?? 0,
      grants,
      verdicts: [],
      rows: {},
      complete: grants,
      more: false,
      control: [],
      view: "",
      sums: Object.fromEntries(Object.entries(sums_of).map(([bucket, rows]) => [bucket, bucketChecksum(rows)])),
      repair: Object.fromEntries(Object.entries(repair_of).map(([bucket, ids]) => [bucket, ids.map(partitionOf)])),
      covered: 0,
      lease: 0,
      former: {},
      ...given,
      cursors: { ...cursors, ...given.cursors },
    };
  }

  #expect(step: Step): void {
    const { engine, database } = this;
    if (step.request !== undefined) {
      const request: Step = JSON.parse(JSON.stringify(engine.request({}, (step.share as number) ?? 1)));
      for (const [name, part] of Object.entries(step.request as Step)) {
        if (part === null) expect(request).not.toHaveProperty(name);
        else expectPart(request[name], part);
      }
    }
    for (const [bucket, rows] of Object.entries((step.check ?? {}) as { [bucket: string]: readonly Row[] })) {
      expect(engine.request({}).check?.[bucket]).toBe(textFromSums(partitionChecksums(rows)));
    }
    for (const [record, values] of Object.entries((step.shows ?? {}) as { [id: string]: object | null })) {
      const found = database.get<{ doc: string }>(
        "SELECT doc FROM customer WHERE id = ?1 UNION ALL SELECT doc FROM note WHERE id = ?1",
        [record],
      );
      if (values === null) expect(found).toBeUndefined();
      else expect(JSON.parse(found?.doc ?? "{}").v).toMatchObject(values);
    }
    for (const [bucket, rows] of Object.entries((step.sums ?? {}) as { [bucket: string]: readonly Row[] })) {
      expect(readSum(database, bucket)).toEqual(bucketChecksum(rows));
    }
    for (const [bucket, count] of Object.entries((step.rows ?? {}) as { [bucket: string]: number })) {
      expect(readSum(database, bucket)[1]).toBe(count);
    }
    if (step.needs_a_look !== undefined) {
      const items = database.all("SELECT verdict, code, kind, id, root FROM attention ORDER BY n");
      expect(items).toHaveLength((step.needs_a_look as []).length);
      expect(items).toMatchObject(step.needs_a_look as object[]);
    }
    if (step.suspect !== undefined) expect(engine.isSuspect).toBe(step.suspect);
    if (step.wipe !== undefined) expect(engine.isWipeDue).toBe(step.wipe);
  }
}

/** Objects are compared by the keys that the case has, lists whole, everything else as it is. */
function expectPart(found: unknown, part: unknown): void {
  if (typeof part === "object") expect(found).toMatchObject(part as object);
  else expect(found).toBe(part);
}

type Given = Partial<SyncReply> & {
  /** The records whose partitions `rows` has whole. */
  readonly repair_of?: { readonly [bucket: string]: readonly string[] };
  /** The rows that the server has, in place of their checksum. */
  readonly sums_of?: { readonly [bucket: string]: readonly Row[] };
};

for (const file of readdirSync(FOLDER)) {
  const cases: readonly Case[] = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
  describe(file, () => {
    for (const { rule, name, steps } of cases) {
      test(`${rule} ${name}`, () => {
        const played = new Played();
        for (const step of meant(steps)) played.play(step);
      });
    }
  });
}

/**
 * Replays what a simulated device did and was answered (`tests/simulation/traces.py`) with the app's own engine: one trace a line in,
 * one line out, which says after each event what the store holds. The simulator's model device must hold the same.
 */
import { createInterface } from "node:readline";
import { parseReply, type SyncReply } from "$sync/messages.ts";
import type { Account } from "../src/lib/store/account.ts";
import type { Change } from "../src/lib/store/change.ts";
import type { Asked } from "../src/lib/store/cursors.ts";
import type { Database } from "../src/lib/store/database.ts";
import { Engine } from "../src/lib/store/engine.ts";
import { NodeDatabase } from "../src/lib/store/node-database.ts";
import { Queries } from "../src/lib/store/queries/index.ts";
import { LATER } from "../src/lib/store/queries/later.ts";
import { KINDS } from "../src/lib/store/tables.ts";
import type { World } from "../src/lib/store/world.ts";

/** What happened on a device; `now` is its own clock. */
type Event = { readonly now: number } & (
  | { readonly do: "open"; readonly account: Account }
  | {
      readonly do: "write";
      readonly changes: readonly Change[];
      readonly key: string;
      readonly together: boolean;
      /** The random bytes that the write draws, as base64. */
      readonly random: string;
    }
  | { readonly do: "request"; readonly share: number }
  | { readonly do: "apply"; readonly reply: unknown; readonly sent: number; readonly asked?: Asked }
  | { readonly do: "gap"; readonly expected: number }
  | { readonly do: "hold"; readonly numbers: readonly number[] }
  | { readonly do: "aside"; readonly rotates: boolean }
  | { readonly do: "budget"; readonly bytes: number }
  | { readonly do: "dismiss"; readonly attention: number }
  | { readonly do: "work" }
);

class Replay implements World {
  readonly #database = new NodeDatabase();
  #engine: Engine | null = null;
  #now = 0;
  #bytes: Uint8Array = new Uint8Array();

  now(): number {
    return this.#now;
  }

  random(bytes: Uint8Array<ArrayBuffer>): void {
    bytes.set(this.#bytes.subarray(0, bytes.length));
  }

  /** Lets the event happen; returns what there is to compare. */
  play(event: Event): unknown {
    this.#now = event.now;
    const told = this.#do(event);
    return { told, held: stateOf(this.#database) };
  }

  #do(event: Event): unknown {
    if (event.do === "open") {
      this.#engine = new Engine(this.#database, event.account, this, Queries.all(LATER));
      return null;
    }
    const engine = this.#engine;
    if (engine === null) throw new Error("a trace begins with opening the store");
    switch (event.do) {
      case "write": {
        this.#bytes = Buffer.from(event.random, "base64");
        const result = engine.write(event.changes, event.key, event.together);
        return result.saved ? result.edits : null;
      }
      case "request": {
        const { schema: _schema, report, ...request } = engine.request({}, event.share);
        return { ...request, report: { waiting: report?.waiting, resets: report?.resets, repairs: report?.repairs } };
      }
      case "apply":
        engine.apply(parseReply(event.reply) as SyncReply, event.sent, event.now, event.asked);
        return null;
      case "gap":
        engine.closeGap(event.expected);
        return null;
      case "hold":
        engine.hold(event.numbers);
        return null;
      case "aside":
        engine.setAside(event.rotates);
        return null;
      case "budget":
        engine.budget = event.bytes;
        return null;
      case "dismiss":
        engine.dismiss(event.attention);
        return null;
      case "work":
        while (engine.workOff() !== null);
        return null;
    }
  }
}

/** Without the stamps that the app's screen goes by: the model device has none. */
const LOSERS = "(SELECT json_group_array(json_remove(value, '$.stands')) FROM json_each(losers))";

/** Everything that the store holds and a crash would leave, in a form that does not depend on how it is stored. */
function stateOf(database: Database): unknown {
  const row = (kind: string) => `SELECT id, '${kind}' AS kind, root, bucket, home, doc, sum, round FROM "${kind}"`;
  const stranger = "SELECT id, kind, root, bucket, home, doc, sum, round FROM stranger";
  const rows = [...KINDS.map(row), stranger].flatMap((sql) => database.all<{ id: string; doc: string }>(sql));
  const meta = database.all<{ name: string; value: string }>(
    `SELECT name, value FROM meta WHERE name IN
     ('edits', 'ack', 'stamp', 'offset', 'contact', 'view', 'round', 'resets', 'repairs', 'verified', 'audited', 'covered', 'budget')`,
  );
  return {
    row: Object.fromEntries(rows.map(({ id, doc, ...rest }) => [id, { ...rest, doc: JSON.parse(doc) }])),
    shadow: parsed(database.all("SELECT id, kind, doc FROM shadow ORDER BY id")),
    outbox: parsed(database.all(`SELECT edit, verdict, hold FROM outbox ORDER BY n`)),
    kept: parsed(database.all("SELECT device, n, edit, verdict, at FROM kept ORDER BY device, n")),
    cursor: database.all("SELECT * FROM cursor ORDER BY bucket"),
    total: database.all("SELECT * FROM total WHERE rows <> 0 ORDER BY bucket"),
    attention: parsed(
      database.all(`SELECT verdict, code, field, kind, id, root, edit, ${LOSERS} AS losers, at, stamp FROM attention`),
    ),
    sent: database.all("SELECT kind, id, root, verdict, at FROM sent ORDER BY n"),
    meta: Object.fromEntries(meta.map(({ name, value }) => [name, value])),
  };
}

const JSON_COLUMNS: ReadonlySet<string> = new Set(["doc", "edit", "losers"]);

function parsed(rows: readonly { readonly [column: string]: unknown }[]): unknown {
  const parse = ([name, value]: [string, unknown]): [string, unknown] =>
    typeof value === "string" && JSON_COLUMNS.has(name) ? [name, JSON.parse(value)] : [name, value];
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(parse)));
}

for await (const line of createInterface({ input: process.stdin })) {
  const replay = new Replay();
  const events: readonly Event[] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(events.map((event) => replay.play(event)))}\n`);
}

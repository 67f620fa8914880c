/** A device without a browser: the app's own leader, engine and session over a file, or over memory. */
import { existsSync, rmSync } from "node:fs";
import type { Account } from "../src/lib/store/account.ts";
import type { Change, WriteResult } from "../src/lib/store/change.ts";
import { FILE_SETTINGS, type OpenedFile } from "../src/lib/store/database.ts";
import { Engine } from "../src/lib/store/engine.ts";
import { Leader } from "../src/lib/store/leader.ts";
import { NodeDatabase } from "../src/lib/store/node-database.ts";
import { Queries } from "../src/lib/store/queries/index.ts";
import { LATER } from "../src/lib/store/queries/later.ts";
import type { Topic } from "../src/lib/store/query.ts";
import type { StoreStatus } from "../src/lib/store/status.ts";
import type { Answer } from "../src/lib/store/wire.ts";
import { realTimers } from "../src/lib/sync/timers.ts";
import { NodeBox, NodeFileTransport, photoOf } from "./files.ts";
import { HttpClient } from "./http.ts";
import { Ledger } from "./ledger.ts";
import { NodeTransport } from "./transport.ts";
import { Witness } from "./witness.ts";

/** What a device is made of. */
export interface DeviceOptions {
  /** The server's address. */
  readonly server: string;
  readonly account: Account;
  readonly cookie: string;
  /** Where the database lies; null for memory. */
  readonly file: string | null;
  /** Where the ledger lies; in memory where absent. */
  readonly ledger?: string;
  /** Milliseconds after which a request is given up; the session's own where absent. */
  readonly timeout?: number;
  /** True where the device begins out of reach. */
  readonly offline?: boolean;
}

/** What happens on a device. */
export type DeviceEvent =
  | { readonly name: "changed"; readonly topics: readonly Topic[] }
  | { readonly name: "status"; readonly status: StoreStatus };

/** One open device; it synchronises from the start until it is closed. */
export class Device {
  readonly http: HttpClient;
  readonly ledger: Ledger;
  readonly witness: Witness;
  readonly engine: Engine;
  readonly leader: Leader;
  readonly database: NodeDatabase;
  readonly faults: string[] = [];
  readonly #listeners = new Set<(event: DeviceEvent) => void>();

  constructor(options: DeviceOptions) {
    const { server, account, cookie, file, ledger = null, timeout, offline = false } = options;
    this.http = new HttpClient(server, cookie);
    this.http.setNetwork(!offline);
    this.ledger = new Ledger(ledger);
    this.witness = new Witness(new NodeTransport(this.http), this.ledger);
    this.database = new NodeDatabase(file ?? ":memory:");
    if (file !== null) this.database.exec(FILE_SETTINGS);
    const world = {
      now: () => Date.now(),
      random: (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes),
    };
    this.engine = new Engine(this.database, account, world, Queries.all(LATER));
    this.leader = new Leader({
      version: "headless",
      file: openedFile(this.database, file),
      engine: this.engine,
      keeper: null,
      transport: this.witness,
      files: { box: new NodeBox(), transport: new NodeFileTransport(this.http), network: () => "unknown" },
      timers: realTimers,
      random: Math.random,
      listeners: {
        changed: (topics) => this.#tell({ name: "changed", topics }),
        status: (status) => this.#tell({ name: "status", status }),
        fault: (reason) =>
          this.faults.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)),
        wiped: () => {},
      },
      ...(timeout !== undefined && { times: { timeout } }),
    });
  }

  /** Calls `listener` with whatever happens; returns the way to stop. */
  onEvent(listener: (event: DeviceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Saves changes as a page would, so that the session hears of it, and notes the edits in the ledger. */
  async write(changes: readonly Change[], key: string, together = false): Promise<Answer> {
    const answer = await this.leader.answer({ name: "write", changes, key, together });
    if (answer.ok) {
      const result = answer.value as WriteResult;
      if (result.saved) this.ledger.noteSaved(result.edits);
    }
    return answer;
  }

  /** Saves a photo of so many bytes as a page would. */
  addPhoto(id: string, customer: string, size: number): Promise<Answer> {
    const photo = photoOf(id, customer, this.engine.account.person, size);
    return this.leader.answer({ name: "add_file", key: `photo ${id}`, ...photo });
  }

  /** Takes the device off the network, or brings it back, which its session hears at once as in a browser. */
  setNetwork(isUp: boolean): void {
    this.http.setNetwork(isUp);
    if (isUp) this.leader.wake("return");
  }

  /** Closes the file; whatever was under way is given up. */
  close(): void {
    this.leader.close();
    this.http.close();
  }

  #tell(event: DeviceEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function openedFile(database: NodeDatabase, file: string | null): OpenedFile {
  return {
    database,
    isLasting: file !== null,
    release: () => database.close(),
    async remove() {
      if (file === null) return;
      for (const path of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(path)) rmSync(path);
    },
  };
}

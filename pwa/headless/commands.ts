/** What may be asked of the process, and who answers: devices by name. */
import { bestOrder, type Day, type OrderedStop } from "../src/lib/domain/best-order.ts";
import type { Account } from "../src/lib/store/account.ts";
import type { Change } from "../src/lib/store/change.ts";
import type { Call } from "../src/lib/store/wire.ts";
import type { WakeReason } from "../src/lib/sync/session-parts.ts";
import { type Condition, until } from "./condition.ts";
import { Device } from "./device.ts";
import { digests } from "./digest.ts";
import { Load } from "./load.ts";
import { signInAt } from "./sign-in.ts";

/** One line of input: `id` comes back with the answer, `device` names a device of the caller's choice. */
export type Command = { readonly id: number; readonly device: string } & (
  | { readonly do: "sign_in"; readonly server: string; readonly email: string; readonly password: string }
  | {
      readonly do: "open";
      readonly server: string;
      readonly account: Account;
      readonly cookie: string;
      readonly file?: string | null;
      readonly ledger?: string;
      readonly timeout?: number;
      readonly offline?: boolean;
    }
  /** What a page may ask of its worker. */
  | { readonly do: "call"; readonly call: Call }
  | ({ readonly do: "write" } & Writing)
  /** One after the other, each on the disk before the next. */
  | { readonly do: "writes"; readonly writes: readonly Writing[] }
  | { readonly do: "photo"; readonly record: string; readonly customer: string; readonly size: number }
  | { readonly do: "until"; readonly condition: Condition; readonly within?: number }
  | { readonly do: "wake"; readonly reason: WakeReason }
  | { readonly do: "network"; readonly up: boolean }
  | { readonly do: "load"; readonly seed: number; readonly every: number }
  /** Ends the load; returns how much it wrote. */
  | { readonly do: "rest" }
  | { readonly do: "status" }
  /** Puts a day's stops into order; needs no device. */
  | { readonly do: "order"; readonly stops: readonly OrderedStop[]; readonly day: Day }
  /** Answered as soon as the process runs. */
  | { readonly do: "ping" }
  | { readonly do: "cursors" }
  | { readonly do: "digest" }
  | { readonly do: "traffic" }
  /** The ledger, what came of all requests, and every fault. */
  | { readonly do: "witness" }
  | { readonly do: "close" }
);

/** Changes to be saved in one transaction. */
interface Writing {
  readonly changes: readonly Change[];
  readonly key: string;
  readonly together?: boolean;
}

const PATIENCE_MS = 60_000;

/** The devices of this process. */
export class Devices {
  readonly #devices = new Map<string, Device>();
  readonly #loads = new Map<string, Load>();

  /** Does what a command asks and returns what came of it; rejects with what went wrong. */
  async run(command: Command): Promise<unknown> {
    switch (command.do) {
      case "ping":
        return null;
      case "order":
        return bestOrder(command.stops, command.day);
      case "sign_in":
        return signInAt(command.server, command.email, command.password, command.device);
      case "open": {
        const { server, account, cookie, file = null, ledger, timeout, offline = false } = command;
        if (this.#devices.has(command.device)) throw new Error(`${command.device} is open`);
        const device = new Device({
          ...{ server, account, cookie, file, offline },
          ...(ledger !== undefined && { ledger }),
          ...(timeout !== undefined && { timeout }),
        });
        this.#devices.set(command.device, device);
        return null;
      }
      case "close":
        this.#loads.get(command.device)?.stop();
        this.#device(command.device).close();
        this.#devices.delete(command.device);
        return null;
      default:
        return this.#ask(this.#device(command.device), command);
    }
  }

  /** Closes every device. */
  close(): void {
    for (const load of this.#loads.values()) load.stop();
    for (const device of this.#devices.values()) device.close();
    this.#devices.clear();
  }

  async #ask(
    device: Device,
    command: Exclude<Command, { readonly do: "ping" | "order" | "sign_in" | "open" | "close" }>,
  ): Promise<unknown> {
    switch (command.do) {
      case "call":
        return device.leader.answer(command.call);
      case "write":
        return device.write(command.changes, command.key, command.together);
      case "writes": {
        const answers = [];
        for (const { changes, key, together } of command.writes)
          answers.push(await device.write(changes, key, together));
        return answers;
      }
      case "photo":
        return device.addPhoto(command.record, command.customer, command.size);
      case "until":
        return until(device, command.condition, command.within ?? PATIENCE_MS);
      case "wake":
        return device.leader.wake(command.reason);
      case "network":
        return device.setNetwork(command.up);
      case "load":
        this.#loads.set(command.device, new Load(device, { seed: command.seed, everyMs: command.every }));
        return null;
      case "rest":
        this.#loads.get(command.device)?.stop();
        return this.#loads.get(command.device)?.written ?? 0;
      case "status":
        return device.leader.status;
      case "cursors":
        return device.engine.cursors();
      case "digest":
        return digests(device.database);
      case "traffic":
        return device.http.traffic;
      case "witness": {
        const { exchanges, problems } = device.witness;
        const { saved, acknowledged } = device.ledger;
        const counts = { exchanges: Object.fromEntries(exchanges), problems: Object.fromEntries(problems) };
        return { saved, acknowledged, ...counts, faults: device.faults };
      }
    }
  }

  #device(name: string): Device {
    const device = this.#devices.get(name);
    if (device === undefined) throw new Error(`there is no device ${name}`);
    return device;
  }
}

/** The witness: stands between a device and its server and keeps every edit that the server acknowledged, for tests. */
import type { SyncRequest, Verdict } from "$sync/messages.ts";
import type { Exchange, LiveListener, LiveStream, Transport } from "../src/lib/sync/transport.ts";

/** An edit that the server said it has. */
export interface Acknowledged {
  readonly n: number;
  readonly id: string;
  readonly at: string;
  readonly verdict: Verdict["verdict"];
}

/** A transport that remembers what came of each edit. */
export class Witness implements Transport {
  readonly #acknowledged = new Map<number, Acknowledged>();
  /** Requests by what came of them. */
  readonly exchanges = { reply: 0, problem: 0, timeout: 0, unreachable: 0 };
  /** Codes of the problems that came. */
  readonly problems: string[] = [];

  constructor(private readonly inner: Transport) {}

  /** In the order of their numbers. */
  get acknowledged(): Acknowledged[] {
    return [...this.#acknowledged.values()];
  }

  async exchange(request: SyncRequest, timeoutMs: number, signal: AbortSignal): Promise<Exchange> {
    const exchange = await this.inner.exchange(request, timeoutMs, signal);
    this.exchanges[exchange.kind] += 1;
    if (exchange.kind === "problem") this.problems.push(exchange.problem.code);
    if (exchange.kind !== "reply") return exchange;
    const { pushed, verdicts } = exchange.reply;
    const verdictByNumber = new Map(verdicts.map((verdict) => [verdict.n, verdict.verdict]));
    for (const { n, id, at } of request.edits ?? []) {
      if (n <= pushed) this.#acknowledged.set(n, { n, id, at, verdict: verdictByNumber.get(n) ?? "applied" });
    }
    return exchange;
  }

  listen(listener: LiveListener): LiveStream {
    return this.inner.listen(listener);
  }
}

/** The witness: stands between a device and its server and notes what comes of every request. */
import type { SyncRequest } from "$sync/messages.ts";
import type { Exchange, LiveListener, LiveStream, Transport } from "../src/lib/sync/transport.ts";
import type { Ledger } from "./ledger.ts";

/** A transport that takes note of answers. */
export class Witness implements Transport {
  /** How many requests came to what end. */
  readonly exchanges = new Map<Exchange["kind"], number>();
  /** How many refusals came, by their code. */
  readonly problems = new Map<string, number>();

  constructor(
    private readonly inner: Transport,
    private readonly ledger: Ledger,
  ) {}

  async exchange(request: SyncRequest, timeoutMs: number, signal: AbortSignal): Promise<Exchange> {
    const exchange = await this.inner.exchange(request, timeoutMs, signal);
    count(this.exchanges, exchange.kind);
    if (exchange.kind === "problem") count(this.problems, exchange.problem.code);
    if (exchange.kind === "reply") {
      const { pushed, verdicts } = exchange.reply;
      const verdictByNumber = new Map(verdicts.map(({ n, verdict }) => [n, verdict]));
      const taken = (request.edits ?? []).filter(({ n }) => n <= pushed);
      this.ledger.noteAcknowledged(
        taken.map(({ n, id, at }) => ({ n, id, at, verdict: verdictByNumber.get(n) ?? "applied" })),
      );
    }
    return exchange;
  }

  listen(listener: LiveListener): LiveStream {
    return this.inner.listen(listener);
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

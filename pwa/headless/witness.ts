/** The witness: stands between a device and its server and notes what comes of every request. */
import type { Edit, SyncReply, SyncRequest } from "$sync/messages.ts";
import type { Exchange, LiveListener, LiveStream, Transport } from "../src/lib/sync/transport.ts";
import type { Ledger } from "./ledger.ts";

/** A transport that takes note of answers. */
export class Witness implements Transport {
  /** How many requests came to what end. */
  readonly exchanges = new Map<Exchange["kind"], number>();
  /** How many refusals came, by their code. */
  readonly problems = new Map<string, number>();
  /** Edits sent and not yet acknowledged, by number: a later request without them may hear what became of them. */
  readonly #sent = new Map<number, Edit>();

  constructor(
    private readonly inner: Transport,
    private readonly ledger: Ledger,
  ) {}

  async exchange(request: SyncRequest, timeoutMs: number, signal: AbortSignal): Promise<Exchange> {
    for (const edit of request.edits ?? []) this.#sent.set(edit.n, edit);
    const exchange = await this.inner.exchange(request, timeoutMs, signal);
    count(this.exchanges, exchange.kind);
    if (exchange.kind === "problem") count(this.problems, exchange.problem.code);
    if (exchange.kind === "reply") this.#note(exchange.reply);
    return exchange;
  }

  listen(listener: LiveListener): LiveStream {
    return this.inner.listen(listener);
  }

  #note({ pushed, verdicts }: SyncReply): void {
    const verdictByNumber = new Map(verdicts.map(({ n, verdict }) => [n, verdict]));
    const taken = [...this.#sent.values()].filter(({ n }) => n <= pushed);
    for (const { n } of taken) this.#sent.delete(n);
    this.ledger.noteAcknowledged(
      taken.map(({ n, id, at }) => ({ n, id, at, verdict: verdictByNumber.get(n) ?? "applied" })),
    );
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

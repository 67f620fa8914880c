/**
 * Listening: keeps the live stream open, and notices when nothing comes through it any more.
 *
 * What comes of a stream, and what is done then:
 *
 * | what comes                          | next                                                                  |
 * |-------------------------------------|-----------------------------------------------------------------------|
 * | an interruption                     | a round trip finds out; the stream itself connects again                |
 * | one more, before it stood for a while | closed, opened again after a pause that doubles                       |
 * | a refusal                           | the same                                                              |
 * | silence where something had come    | closed; a round trip, whose good answer opens it again                  |
 * | silence from its beginning on       | closed, opened again after a pause that doubles                       |
 *
 * A server that sends no heartbeats begins a stream with heads: its silence says nothing.
 */
import type { Times } from "./session-parts.ts";
import type { Timers } from "./timers.ts";
import type { Heads, LiveStream, Transport } from "./transport.ts";

/** For how many heartbeats nothing may come. */
const SILENT_BEATS = 2.5;

/** What listening is made of. */
export interface ListeningParts {
  readonly transport: Transport;
  readonly timers: Timers;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly times: Times;
  readonly heads: (heads: Heads) => void;
  /** The stream broke or went silent: a round trip would find out why. */
  readonly doubted: () => void;
}

/** Keeps one stream, from the first `open` on. */
export class Listening {
  #stream: LiveStream | null = null;
  /** Calls off what opens it again; null where nothing does. */
  #callOffOpening: (() => void) | null = null;
  #callOffSilence: (() => void) | null = null;
  /** Milliseconds between two heartbeats; null where none are known to come. */
  #beat: number | null = null;
  /** When something came last, or was first waited for. */
  #heardAt = 0;
  /** Whether anything came since the stream was opened. */
  #isHeard = false;
  /** Whether a heartbeat came since the connection was made. */
  #hasBeaten = false;
  /** When the connection was made; null while there is none. */
  #connectedAt: number | null = null;
  /** How often in a row it did not last. */
  #failures = 0;

  constructor(private readonly parts: ListeningParts) {}

  /** Opens the stream, unless it is open or is to be opened later. */
  open(): void {
    if (this.#stream !== null || this.#callOffOpening !== null) return;
    this.#isHeard = false;
    this.#disconnect();
    this.#stream = this.parts.transport.listen({
      opened: () => {
        this.#connectedAt = this.parts.timers.now();
        this.#awaitNext();
      },
      heartbeat: (ms) => {
        this.#beat = ms;
        this.#hasBeaten = true;
        this.#hear();
      },
      heads: (heads) => {
        if (!this.#hasBeaten) this.#beat = null;
        this.#hear();
        this.parts.heads(heads);
      },
      interrupted: () => this.#interrupt(),
      ended: () => this.#openLater(),
    });
    this.#awaitNext();
  }

  /** Somebody looks again: a stream that is late is closed, and one that was to be opened later needs no longer wait. */
  renew(): void {
    this.#failures = 0;
    const silent = this.parts.timers.now() - this.#heardAt;
    const isLate = this.#beat !== null && (silent < 0 || silent > this.#beat);
    if (this.#callOffOpening !== null || isLate) this.close();
  }

  close(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#callOffOpening?.();
    this.#callOffOpening = null;
    this.#callOffSilence?.();
    this.#callOffSilence = null;
  }

  #hear(): void {
    this.#isHeard = true;
    this.#awaitNext();
  }

  /** Where no heartbeats come it is only known that a connection does not take for ever. */
  #awaitNext(): void {
    this.#heardAt = this.parts.timers.now();
    this.#callOffSilence?.();
    const { timeout } = this.parts.times;
    const ms = this.#beat === null ? timeout : this.#beat * SILENT_BEATS;
    const isEndless = this.#beat === null && this.#connectedAt !== null;
    this.#callOffSilence = isEndless ? null : this.parts.timers.after(ms, () => this.#missNext());
  }

  #missNext(): void {
    if (this.#isHeard) {
      this.close();
      this.#failures = 0;
      this.parts.doubted();
    } else this.#openLater();
  }

  #interrupt(): void {
    if (!this.#hasLasted && this.#failures > 0) {
      this.#openLater();
      return;
    }
    this.#failures = this.#hasLasted ? 0 : 1;
    this.#disconnect();
    this.#awaitNext();
    this.parts.doubted();
  }

  /** A clock that was set back since says nothing. */
  get #hasLasted(): boolean {
    if (this.#connectedAt === null) return false;
    return Math.abs(this.parts.timers.now() - this.#connectedAt) >= this.parts.times.steady;
  }

  #disconnect(): void {
    this.#connectedAt = null;
    this.#hasBeaten = false;
  }

  /** Each device after its own time: where the server refuses one it refuses all. What it tells at its beginning asks for a round trip. */
  #openLater(): void {
    this.close();
    const { stream, longestStream } = this.parts.times;
    const bound = Math.min(longestStream, stream * 2 ** this.#failures);
    this.#failures += 1;
    const ms = Math.floor(bound * (0.5 + this.parts.random() / 2));
    this.#callOffOpening = this.parts.timers.after(ms, () => {
      this.#callOffOpening = null;
      this.open();
    });
  }
}

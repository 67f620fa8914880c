/**
 * The sync loop of one device, without a browser: when to send, how much, and what to do with each answer.
 *
 * One request at a time; while many pages are read the next one is asked for before the last one is stored. A round trip is asked for at the start, on return, by a write, on a timer, by the button and
 * by the live stream; each is only a wish (`wake`), the loop grants them one after another: the first edit after a rest
 * goes at once, those made meanwhile go together with the next request. What each answer leads to:
 *
 * | answer                         | next                                                           |
 * |--------------------------------|----------------------------------------------------------------|
 * | reply with more, edits left, or a checksum that differs | at once again, budget doubled (SPEC R56, R64) |
 * | a reply that was not timely    | at once again, for the clock (SPEC R5)                         |
 * | reply                          | rest: the timer, a write or a head wakes it                     |
 * | time-out, 5xx, unreachable     | offline; after a pause a request without edits, which finds out whether these were the reason |
 * | internal, malformed            | the edits are the reason; again after a pause                   |
 * | too_large                      | share of edits halved; a single edit that is too large: pause   |
 * | gap                            | edits renumbered or offered again from the number expected, at once again |
 * | not_signed_in, session_expired, device_revoked, wrong_device | signin_needed; rests until `wake("signed_in")` |
 * | future_protocol                | update_needed; asks again only on the long timer                |
 * | rate_limited, unavailable      | again after what the server asks for (`retry_after` of any answer), whoever asks but the button |
 * | any other                      | a defect: again after a pause, shown on the Sync screen         |
 * | an answer that cannot be stored, a request that cannot be made | again after a pause; `failed` is told, the second time in a row the state says it |
 * | control wipe, nothing unsent   | `wipe` is told, and it is over (SPEC R58)                       |
 *
 * Edits that are the reason go in halves until one goes alone, or one group; that one, failing on, is given into the server's
 * custody unexamined (SPEC R46). One that does not get through even so steps behind all others, and is tried again when nothing else
 * waits, on the timer. A time-out or a broken connection alone proves nothing: it may be the network.
 */
import { isTimely } from "$sync/clock.ts";
import type { Edit, Problem, SyncReply, SyncRequest } from "$sync/messages.ts";
import { MAX_BUDGET, MAX_EDITS, MIN_BUDGET, type ProblemCode } from "$sync/schema.gen.ts";
import type { Connection, SyncProblem } from "../store/status.ts";
import { Listening } from "./listening.ts";
import { type SessionParts, type SessionState, TIMES, type Times, type WakeReason } from "./session-parts.ts";
import { left } from "./timers.ts";
import type { Exchange, Heads } from "./transport.ts";

/** How much a failure says against the edits of its request: 1 where the server answered, or answered everything but these. */
const REPORTED = 1;
/** A connection that broke, though the server answers requests without these edits: mostly the network, time and again. */
const BROKEN = 0.3;
/** From so much on an edit that was sent alone is given into the server's custody. */
const ENOUGH = 3;

/** A failed request whose edits may be the reason. */
interface Doubt {
  readonly edits: readonly Edit[];
  readonly weight: number;
  /** Whether the server was to keep them without looking. */
  readonly isHeld: boolean;
}

const SIGNIN_CODES: ReadonlySet<ProblemCode> = new Set([
  "not_signed_in",
  "session_expired",
  "device_revoked",
  "wrong_device",
]);

type Replied = Extract<Exchange, { readonly kind: "reply" }>;

/** A request that is under way. */
interface Asked {
  readonly request: SyncRequest;
  /** When it was sent; null where its answer may have waited for us. */
  readonly sent: number | null;
  readonly exchange: Promise<Exchange>;
}

/** The sync loop. `start` it once; `stop` ends it for good. */
export class Session {
  #connection: Connection = "connecting";
  #syncing = false;
  #problem: SyncProblem | null = null;
  #failures = 0;
  /** When the first of them came; where the clock was set back since, when that was. */
  #failingSince = 0;
  /** How many answers in a row could not be stored, or requests not be made. */
  #unstored = 0;
  /** The part of the allowed edits that one request carries, halved on trouble. */
  #share = 1;
  /** The failure that a request without edits is to explain. */
  #doubt: Doubt | null = null;
  /** The first edit of the last request that failed alone, and how much speaks against it. */
  #accused = { n: 0, weight: 0 };
  /** When what does not get through, though the server was to keep it without looking, is tried again; null where nothing is such. */
  #stuckUntil: number | null = null;
  /** The next page, asked for while the last one was stored. */
  #ahead: Asked | null = null;
  /** Whether a round trip was asked for since the last request was sent. */
  #isWanted = false;
  #isStopped = false;
  #callOff: (() => void) | null = null;
  /** The pause that the server asked for with its last answer: how long, and until when. */
  #asked = { ms: 0, until: 0 };
  readonly #listening: Listening;
  /** Heads that came since the last request was sent; its answer may have brought them. */
  #heads: Heads = {};
  readonly #abort = new AbortController();

  readonly #times: Times;

  constructor(private readonly parts: SessionParts) {
    this.#times = { ...TIMES, ...parts.times };
    const { transport, timers, random } = parts;
    this.#listening = new Listening({
      transport,
      timers,
      random,
      times: this.#times,
      heads: (heads) => this.#takeHeads(heads),
      // Most likely the network is gone: a round trip finds out, and says so.
      doubted: () => {
        if (this.#connection === "up_to_date") this.wake("head");
      },
    });
  }

  get state(): SessionState {
    const { waiting } = this.parts.store;
    const connection = this.#connection === "up_to_date" && waiting > 0 ? "waiting" : this.#connection;
    return { connection, syncing: this.#syncing, problem: this.#problem };
  }

  /** Begins with a round trip, unless a wipe was cut short. */
  start(): void {
    if (this.parts.store.isWipeDue) this.#wipe();
    else this.wake("start");
  }

  /** Ends the loop; a request under way is given up, its effect at the server is met again by the next one (SPEC R54). */
  stop(): void {
    this.#isStopped = true;
    this.#abort.abort();
    this.#callOff?.();
    this.#listening.close();
  }

  /** Asks for a round trip. */
  wake(reason: WakeReason): void {
    if (this.#isStopped) return;
    if (this.#connection === "signin_needed" && reason !== "signed_in" && reason !== "button") return;
    const isSomebody = reason === "return" || reason === "button" || reason === "signed_in";
    if (isSomebody) {
      this.#failures = 0;
      this.#listening.renew();
    }
    if (reason === "button" && this.#stuckUntil !== null) this.#stuckUntil = 0;
    if (this.#isUnderWay) this.#isWanted = true;
    // A pause after a failure is kept through writes and heads; somebody who comes back or presses the button is not kept waiting.
    else if (isSomebody || this.#failures === 0) this.#schedule(reason === "button" ? 0 : this.#askedLeft);
  }

  /** What is left of the pause that the server asked for, which only the button ends. */
  get #askedLeft(): number {
    return left(this.#asked.until, this.parts.timers.now(), this.#asked.ms);
  }

  #schedule(ms: number): void {
    this.#callOff?.();
    this.#callOff = this.parts.timers.after(ms, () => void this.#roundTrip());
  }

  async #roundTrip(): Promise<void> {
    if (this.#syncing || this.#isStopped) return;
    this.#callOff = null;
    this.#syncing = true;
    this.parts.changed();
    let pause: number;
    try {
      pause = await this.#askAndTake();
    } catch (reason) {
      // The device could not write (it is full). What it was to store, the next round trip brings again.
      this.parts.failed(reason);
      // Once is mended by the next one; what is never stored must not pass for a good answer.
      this.#unstored += 1;
      if (this.#unstored > 1) this.#tellUnstored();
      pause = this.#pause();
    }
    this.#syncing = false;
    if (this.#isStopped) return;
    const isWanted = this.#isWanted || this.#isBehind(this.#heads);
    // A wish that came during the request must not shorten a pause.
    this.#schedule(isWanted && this.#failures === 0 ? 0 : Math.max(pause, this.#askedLeft));
    this.parts.changed();
  }

  /** The state is that of an answer, which only this device cannot take. */
  #tellUnstored(): void {
    this.#problem = "not_stored";
    if (this.#connection === "connecting") this.#connection = "up_to_date";
  }

  /** Returns how long to rest after the answer. */
  async #askAndTake(): Promise<number> {
    const { store, timers } = this.parts;
    const asked = this.#ahead ?? this.#ask(store.request(this.parts.report(), this.#nextShare()));
    this.#ahead = null;
    const { request, sent } = asked;
    const exchange = await asked.exchange;
    if (this.#isStopped) return 0;
    const ahead = await this.#askAhead(exchange, request);
    if (this.#isStopped) return 0;
    const pause = this.#take(exchange, request, sent, timers.now());
    // Stored: the cursors that it was asked with are true.
    if (pause === 0) this.#ahead = ahead;
    return pause;
  }

  /** The part of the allowed edits that the next request carries; what does not get through comes after all others. */
  #nextShare(): number {
    if (this.#doubt !== null) return 0;
    if (this.#stuckUntil === null || this.parts.store.setAside(false)) return this.#share;
    return left(this.#stuckUntil, this.parts.timers.now(), this.#times.timer) === 0 ? this.#share : 0;
  }

  /** Whether a request is under way, or its answer waits to be taken: what is wanted now, it may not bring. */
  get #isUnderWay(): boolean {
    return this.#syncing || this.#ahead !== null;
  }

  #ask(request: SyncRequest): Asked {
    const { transport, timers } = this.parts;
    // The server looks after this; what comes from now on may be newer than what it sees.
    this.#isWanted = false;
    this.#heads = {};
    this.#asked = { ms: 0, until: 0 };
    return {
      request,
      sent: timers.now(),
      exchange: transport.exchange(request, this.#times.timeout, this.#abort.signal),
    };
  }

  /**
   * Asks for the page after this one, so that the server and the network work while this one is stored; null where something else
   * than a page may have to be asked for, also of a restored server: what it acknowledges is only known once the page is stored (SPEC R48). What comes is of use only if this one could be stored: it follows its cursors.
   */
  async #askAhead(exchange: Exchange, request: SyncRequest): Promise<Asked | null> {
    const { store, timers } = this.parts;
    if (exchange.kind !== "reply" || this.#doubt !== null || store.waiting > 0 || store.isSuspect) return null;
    const { more, control, cursors, verdicts, view } = exchange.reply;
    if (!more || verdicts.length > 0 || control.some(({ control: asked }) => asked === "wipe")) return null;
    if (!isProgress(exchange.reply, request) || isOfAnotherEpoch(exchange.reply, request)) return null;
    const { check: _check, ...rest } = request;
    const budget = Math.min(MAX_BUDGET, store.budget * 2);
    const ahead = this.#ask({ ...rest, now: timers.now(), edits: [], cursors, budget, ...(view !== "" && { view }) });
    // It has to leave before the store is busy.
    await new Promise<void>((resolve) => void timers.after(0, resolve));
    return { ...ahead, sent: null };
  }

  /** Acts on an answer and returns how long to rest. */
  #take(exchange: Exchange, request: SyncRequest, sent: number | null, received: number): number {
    switch (exchange.kind) {
      case "reply":
        return this.#takeReply(exchange, request, sent, received);
      case "problem":
        return this.#takeProblem(exchange.problem, request);
      case "timeout":
        this.#loseContact();
        this.parts.store.budget = Math.max(MIN_BUDGET, Math.floor(this.parts.store.budget / 2));
        this.#suspect(request, REPORTED);
        return this.#pause();
      case "unreachable":
        this.#loseContact();
        this.#suspect(request, BROKEN);
        return this.#pause();
      case "fault":
        this.#loseContact();
        this.#suspect(request, REPORTED);
        return this.#pause();
    }
  }

  #takeReply({ reply: answer }: Replied, request: SyncRequest, sent: number | null, received: number): number {
    const { store } = this.parts;
    const { edits = [] } = request;
    // Of edits that the request did not carry the server says nothing: are these numbers theirs, or those that others had before (SPEC R42)?
    const carried = edits.at(-1)?.n ?? request.ack ?? 0;
    const isBlind = answer.pushed > carried && store.waitsBeyond(carried);
    if (isBlind && edits.length === 0 && (isOfAnotherEpoch(answer, request) || !store.mayReadOn)) {
      this.#settleDoubt(answer);
      if (this.#stuckUntil !== null) this.#stuckUntil = 0;
      return 0;
    }
    const reply = isBlind ? upTo(carried, answer) : answer;
    store.apply(reply, sent, received, isBlind ? { ...request, unanswered: answer.pushed } : request);
    this.#connection = "up_to_date";
    this.#problem = null;
    this.#unstored = 0;
    if (store.isWipeDue) {
      this.#wipe();
      return this.#times.timer;
    }
    this.#listening.open();
    const hasEdits = edits.length > 0;
    // Each setting is a commit.
    if ((reply.more || hasEdits) && store.budget < MAX_BUDGET) store.budget = Math.min(MAX_BUDGET, store.budget * 2);
    if (this.#settleDoubt(answer)) return 0;
    this.#failures = 0;
    if (hasEdits) this.#share = Math.min(1, this.#share * 2);
    if ((request.hold?.length ?? 0) > 0) this.#stuckUntil = null;
    if (store.isSuspect) return 0;
    if (isBlind && edits.length === 0 && this.#stuckUntil === null) return 0;
    // The device slept or its clock was set meanwhile: the next answer says which.
    if (sent !== null && !isTimely(sent, received)) return 0;
    // "more" without any progress would be a defect of the server; it must not become a busy loop.
    if ((reply.more || store.waiting > 0) && isProgress(reply, request)) return 0;
    return this.#times.timer;
  }

  /** The server answers, only not to the edits that are in doubt; the next failure is still one more. Tells whether there were any. */
  #settleDoubt({ pushed }: SyncReply): boolean {
    const doubt = this.#doubt;
    if (doubt === null) return false;
    this.#blame(doubt, (doubt.edits[0]?.n ?? Number.POSITIVE_INFINITY) <= pushed);
    this.#doubt = null;
    return true;
  }

  #wipe(): void {
    this.stop();
    this.parts.wipe();
  }

  // ── Failures ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The request failed, because of its edits or of the network: the next one goes without any and finds out. */
  #suspect({ edits = [], hold = [] }: SyncRequest, weight: number): void {
    if (edits.length > 0) this.#doubt = { edits, weight, isHeld: hold.length > 0 };
  }

  /**
   * The server fails on these edits: fewer at a time, and one alone that fails on goes into its custody (SPEC R46). Tells whether
   * something else can be tried. `isThere`: it seems to have them already, so that only its answer is to be had.
   */
  #blame({ edits, weight, isHeld }: Doubt, isThere = false): boolean {
    const [first] = edits;
    if (first === undefined) return false;
    if (!isAlone(edits)) {
      this.#halve(edits);
      return true;
    }
    // Unexamined it goes through at once, and an answer is mostly lost by accident; from then on it must not keep others waiting.
    const heldWeight = isThere && this.#stuckUntil === null ? REPORTED : ENOUGH;
    if (!this.#accuse(first, isHeld ? heldWeight : weight)) return false;
    if (!isHeld) {
      this.parts.store.hold(edits.map(({ n }) => n));
      return true;
    }
    this.#stuckUntil = this.parts.timers.now() + this.#times.timer;
    return this.parts.store.setAside(true);
  }

  /** Counts a failure of this edit alone; tells whether there is enough against it. */
  #accuse({ n }: Edit, weight: number): boolean {
    const before = this.#accused.n === n ? this.#accused.weight : 0;
    const isEnough = before + weight >= ENOUGH;
    // Another edit may have its number by the next failure.
    this.#accused = isEnough ? { n: 0, weight: 0 } : { n, weight: before + weight };
    return isEnough;
  }

  /** Half of what was sent goes next, in number and in bytes. */
  #halve(edits: readonly Edit[]): void {
    this.#share = Math.max(1, Math.floor(Math.min(this.#share * MAX_EDITS, edits.length) / 2)) / MAX_EDITS;
  }

  #takeProblem(problem: Problem, request: SyncRequest): number {
    const { code, retry_after: seconds = 0 } = problem;
    this.#problem = code;
    const ms = Math.min(this.#times.longestAsked, seconds * 1_000);
    this.#asked = { ms, until: this.parts.timers.now() + ms };
    if (SIGNIN_CODES.has(code)) {
      this.#connection = "signin_needed";
      this.#listening.close();
      return this.#times.timer;
    }
    if (code === "future_protocol") {
      this.#connection = "update_needed";
      return this.#times.timer;
    }
    this.#connection = "up_to_date"; // it answered; `problem` says that something is wrong
    if (code === "gap" && problem.expected !== undefined) {
      this.parts.store.closeGap(problem.expected);
      return this.#failures === 0 ? this.#countFailure(0) : this.#pause();
    }
    if (code === "internal" || code === "malformed") {
      const { edits = [], hold = [] } = request;
      if (this.#blame({ edits, weight: REPORTED, isHeld: hold.length > 0 })) return this.#shortPause();
    }
    if (code === "too_large") {
      this.parts.store.budget = Math.max(MIN_BUDGET, Math.floor(this.parts.store.budget / 2));
      const { edits = [] } = request;
      if (edits.length > 1 && !isAlone(edits)) {
        this.#halve(edits);
        return this.#countFailure(0);
      }
    }
    return this.#pause();
  }

  /** The next good answer opens the stream again: one that tried by itself would keep a phone awake that is away for hours. */
  #loseContact(): void {
    this.#connection = "offline";
    this.#listening.close();
  }

  #countFailure(pause: number): number {
    if (this.#failures === 0) this.#failingSince = this.parts.timers.now();
    this.#failures += 1;
    return pause;
  }

  /** Short, because the next request is another one; still a pause, because many devices may meet the same fault at once. */
  #shortPause(): number {
    return this.#countFailure(Math.floor(this.parts.random() * this.#times.firstPause));
  }

  /** Full jitter: anything below half the time that it has gone wrong, so that a short outage is over as soon as it is over. */
  #pause(): number {
    this.#countFailure(0);
    const now = this.parts.timers.now();
    this.#failingSince = Math.min(this.#failingSince, now);
    const half = (now - this.#failingSince) / 2;
    const bound = Math.min(this.#times.longestPause, Math.max(this.#times.firstPause, half));
    return Math.floor(this.parts.random() * bound);
  }

  // ── Live ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #takeHeads(heads: Heads): void {
    if (this.#isUnderWay) this.#heads = { ...this.#heads, ...heads };
    else if (this.#isBehind(heads)) this.wake("head");
  }

  #isBehind(heads: Heads): boolean {
    const cursors = this.parts.store.cursors();
    return Object.entries(heads).some(([bucket, [epoch, sequence]]) => {
      const cursor = cursors[bucket];
      return cursor === undefined ? sequence > 0 : cursor[0] !== epoch || cursor[1] < sequence;
    });
  }
}

/** Tells whether these edits cannot be sent in parts: one, or one group. */
function isAlone(edits: readonly Edit[]): boolean {
  const [first] = edits;
  return edits.length === 1 || (first?.group !== undefined && edits.every(({ group }) => group === first.group));
}

/** Returns what a reply says, of the edits after this one nothing. */
function upTo(pushed: number, reply: SyncReply): SyncReply {
  return { ...reply, pushed, verdicts: reply.verdicts.filter(({ n }) => n <= pushed) };
}

/** Tells whether the server lives in another epoch than the request was made for (SPEC R32). */
function isOfAnotherEpoch(reply: SyncReply, { cursors = {} }: SyncRequest): boolean {
  return Object.entries(reply.cursors).some(([bucket, [epoch]]) => (cursors[bucket]?.[0] ?? epoch) !== epoch);
}

/** Tells whether the answer took an edit or moved a cursor. */
function isProgress(reply: SyncReply, request: SyncRequest): boolean {
  const { edits = [], cursors = {} } = request;
  if (reply.pushed >= (edits[0]?.n ?? Number.POSITIVE_INFINITY)) return true;
  return Object.entries(reply.cursors).some(([bucket, [epoch, sequence]]) => {
    const cursor = cursors[bucket];
    return cursor === undefined || cursor[0] !== epoch || cursor[1] !== sequence;
  });
}

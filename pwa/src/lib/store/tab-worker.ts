/**
 * The worker of one tab. All workers of a person want one Web Lock; who has it leads, the others pass their page's calls on
 * over a BroadcastChannel. When the leader goes, closed or killed, the lock goes to the next one, which announces itself,
 * and every call that has no answer is sent again: reading twice does no harm, and a write carries its key. One with an older version
 * of the app steps down for a newer one, of whose questions it may not know all.
 */
import { refetched } from "../browser/refetched.ts";
import { type Account, readAccount } from "./account.ts";
import { type Condition, lead } from "./lead.ts";
import type { Leader } from "./leader.ts";
import { type Later, Queries } from "./queries/index.ts";
import type { Topic } from "./query.ts";
import { INITIAL_STATUS, type StoreFailure, type StoreStatus } from "./status.ts";
import { StoreError, type StoreErrorCode } from "./store-error.ts";
import {
  type Answer,
  type Between,
  type Call,
  type Ending,
  isNewer,
  type Opening,
  type ToPage,
  type ToWorker,
} from "./wire.ts";

/** How long after the file could not be opened it is tried again. */
const OPEN_AGAIN_MS = 5_000;
/** How often one tab makes a damaged file anew: a disk that spoils each of them is to be told of. */
const MOST_RESCUES = 3;

class TabWorker {
  readonly #name = crypto.randomUUID();
  readonly #channel: BroadcastChannel;
  readonly #unanswered = new Map<number, Call>();
  /** What is being answered, for whichever tab. */
  readonly #answering = new Set<Promise<Answer>>();
  readonly #lock = new AbortController();
  readonly #queries = new Queries(fetchingLater());
  #account: Account;
  #leader: Leader | null = null;
  /** As what the file is opened the next time. */
  #condition: Condition = "sound";
  #rescues = 0;
  /** What every call is answered with after a takeover that failed, until somebody leads. */
  #failure: Answer | null = null;
  /** Signed out: nothing is said any more. */
  #isOver = false;
  #release: (() => void) | null = null;

  constructor(
    private readonly opening: Opening,
    private readonly toPage: (message: ToPage) => void,
  ) {
    this.#account = opening.account;
    this.#channel = new BroadcastChannel(`routebook-store/${opening.account.person}`);
    this.#channel.onmessage = (event: MessageEvent<Between>) => this.#hear(event.data);
    this.#askForLock();
    this.#sayHello();
  }

  #sayHello(): void {
    this.#say({ type: "hello", account: this.#account, version: this.opening.version });
  }

  #askForLock(): void {
    navigator.locks
      .request(`routebook-store/${this.opening.account.person}`, { signal: this.#lock.signal }, () => this.#lead())
      .catch((reason: unknown) => {
        if (!this.#lock.signal.aborted) this.#fail(reason);
      });
  }

  /** After a failure: the next takeover may succeed, and who waits for the lock takes over from the next leader. */
  #tryAgain(): void {
    if (this.#failure === null) return;
    this.#failure = null;
    this.#askForLock();
  }

  /** Takes a message of the page. */
  take(message: Exclude<ToWorker, { type: "open" }>): void {
    switch (message.type) {
      case "call":
        this.#unanswered.set(message.seq, message.call);
        this.#expect(message.call);
        if (this.#failure === null) this.#ask(message.seq, message.call);
        else this.#answered(message.seq, this.#failure);
        return;
      case "account":
        this.#takeAccount(message.account);
        this.#say(message);
        return;
      case "wake":
        if (message.reason === "return" || message.reason === "button") this.#tryAgain();
        if (this.#leader === null) this.#say(message);
        else this.#leader.wake(message.reason);
        return;
      case "persisted":
        if (this.#leader === null) this.#say(message);
        else this.#leader.setPersisted(message.persisted);
        return;
      case "set_up_anew":
        if (this.#failure === null) return;
        this.#condition = "given_up";
        this.#tryAgain();
        return;
      case "close":
        this.#lock.abort();
        this.#leader?.close();
        this.#release?.();
        this.#channel.close();
        self.close();
    }
  }

  /** What answers a screen that the app is opened at is fetched while the file is being opened. */
  #expect(call: Call): void {
    if (this.#leader !== null || call.name !== "query" || this.#queries.has(call.query)) return;
    this.#queries.fetch().catch(() => undefined); // whoever answers tries again
  }

  #takeAccount(account: Account): void {
    const isOther = account.device !== this.#account.device;
    this.#account = account;
    this.#leader?.adopt(account);
    if (isOther) this.toPage({ type: "account", account });
  }

  /** A tab that opens says another number than this one's: what the device keeps tells which is right. */
  async #settle(heard: Account): Promise<void> {
    if (heard.device === this.#account.device) return;
    const kept = await readAccount();
    const right = kept?.person === heard.person ? kept : heard;
    this.#takeAccount(right);
    if (right.device !== heard.device) this.#say({ type: "account", account: right });
  }

  #say(message: Between): void {
    if (!this.#isOver) this.#channel.postMessage(message);
  }

  #ask(seq: number, call: Call): void {
    if (this.#leader === null) this.#say({ type: "call", from: this.#name, seq, call });
    else void this.#answer(this.#leader, call).then((answer) => answer && this.#answered(seq, answer));
  }

  /** Null where the file is damaged: the call has no answer yet, and is asked again of whoever leads next. */
  async #answer(leader: Leader, call: Call): Promise<Answer | null> {
    const answering = leader.answer(call);
    this.#answering.add(answering);
    const answer = await answering;
    this.#answering.delete(answering);
    if (!answer.ok && answer.code === "damaged") {
      this.#makeAnew(leader);
      return null;
    }
    if (!answer.ok && answer.code === "closed" && this.#leader !== leader && !leader.isSignedOut) return null;
    // After the answer, which a follower would not wait for any more.
    if (leader.isSignedOut) setTimeout(() => this.#leave("signed_out"));
    return answer;
  }

  /** The data is gone from the device by this tab: the others have to hear of it. */
  #leave(code: Ending): void {
    this.#say({ type: "over", code });
    this.#end(code);
  }

  /** The data is gone from the device, by this tab or another. */
  #end(code: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#channel.close();
    this.#lock.abort();
    this.#release?.();
    this.toPage({ type: "status", status: { ...INITIAL_STATUS, phase: { name: "failed", code } } });
    for (const seq of [...this.#unanswered.keys()]) this.#answered(seq, { ok: false, code: "closed", message: code });
  }

  #answered(seq: number, answer: Answer): void {
    // A call that was sent twice may be answered twice.
    if (this.#unanswered.delete(seq)) this.toPage({ type: "answer", seq, answer });
  }

  /** Holds the lock until the page closes; the browser takes it back when the worker is killed. */
  async #lead(): Promise<void> {
    const opening = { ...this.opening, account: this.#account };
    const condition = this.#condition;
    this.#condition = "sound";
    const listeners = {
      changed: (topics: readonly Topic[]) => {
        this.toPage({ type: "changed", topics });
        this.#say({ type: "changed", topics });
      },
      status: (status: StoreStatus) => {
        this.toPage({ type: "status", status });
        this.#say({ type: "status", status });
      },
      fault: (reason: unknown) => reportError(reason),
      wiped: () => this.#leave("wiped"),
      // Not within the statement that has met it.
      damaged: () => void setTimeout(() => this.#leader !== null && this.#makeAnew(this.#leader)),
    };
    const leader = await lead(opening, this.#queries, listeners, condition);
    if (this.#isOver) {
      // The data went while the file was opened: this one was made anew, and must neither stay nor be filled.
      await leader.answer({ name: "sign_out", exported: true });
      return;
    }
    this.#leader = leader;
    leader.adopt(this.#account); // it may have become another one while the file was opened
    this.toPage({ type: "status", status: leader.status });
    this.#say(this.#announcement(leader));
    // All at once, and so all answers come after all news: who asks must not be answered with what stood before one of them.
    const isQuery = ([, call]: [number, Call]) => Number(call.name === "query");
    for (const [seq, call] of [...this.#unanswered].sort((a, b) => isQuery(a) - isQuery(b))) this.#ask(seq, call);
    await new Promise<void>((resolve) => {
      this.#release = resolve;
    });
  }

  #announcement(leader: Leader): Between {
    return { type: "leader", status: leader.status, version: this.opening.version };
  }

  /** Finishes what is being answered, leaves the file to the next in the queue, and follows. */
  async #stepDown(leader: Leader): Promise<void> {
    this.#leader = null; // what is asked from now on waits for the next one
    await Promise.all(this.#answering);
    if (leader.isClosed) return; // somebody has signed out: nothing is left to lead
    leader.close();
    this.#release?.();
    this.#askForLock();
  }

  /** Lets go of the damaged file; whoever leads next makes it anew, and what is asked meanwhile waits for him. */
  #makeAnew(leader: Leader): void {
    if (this.#leader !== leader || leader.isClosed) return;
    this.#leader = null;
    leader.close();
    this.#release?.();
    this.#rescues += 1;
    if (this.#rescues > MOST_RESCUES) {
      this.#fail(new StoreError("damaged"));
      return;
    }
    this.#condition = "damaged";
    this.#askForLock();
  }

  #hear(message: Between): void {
    if (message.type === "hello") void this.#settle(message.account);
    if (message.type === "account") this.#takeAccount(message.account);
    else if (this.#leader === null) this.#hearAsFollower(message);
    else this.#hearAsLeader(this.#leader, message);
  }

  #hearAsLeader(leader: Leader, message: Between): void {
    switch (message.type) {
      case "hello":
        if (isNewer(message.version, this.opening.version)) void this.#stepDown(leader);
        else this.#say(this.#announcement(leader));
        return;
      case "call":
        void this.#answer(leader, message.call).then(
          (answer) => answer && this.#say({ type: "answer", to: message.from, seq: message.seq, answer }),
        );
        return;
      case "wake":
        leader.wake(message.reason);
        return;
      case "persisted":
        leader.setPersisted(message.persisted);
        return;
      default:
        return; // another leader's last words
    }
  }

  #hearAsFollower(message: Between): void {
    switch (message.type) {
      case "leader":
        if (isNewer(this.opening.version, message.version) && this.#failure === null) {
          this.#sayHello(); // it steps down
          return;
        }
        if (isNewer(message.version, this.opening.version)) this.toPage({ type: "behind" });
        this.#condition = "sound"; // whoever leads has opened it
        this.#tryAgain();
        this.toPage({ type: "status", status: message.status });
        for (const [seq, call] of this.#unanswered) this.#ask(seq, call);
        return;
      case "answer":
        if (message.to === this.#name) this.#answered(message.seq, message.answer);
        return;
      case "over":
        this.#end(message.code);
        return;
      case "changed":
      case "status":
        this.toPage(message);
        return;
      default:
        return; // meant for the leader
    }
  }

  /** The file cannot be opened: every call is answered with that, until it is tried again. */
  #fail(reason: unknown): void {
    const { code, message } = StoreError.from(reason);
    const failure = failureOf(code, message);
    this.toPage({ type: "status", status: { ...INITIAL_STATUS, phase: { name: "failed", code: failure } } });
    const isFull = failure === "storage_full";
    this.#failure = { ok: false, code: isFull ? "storage_full" : "not_open", message };
    // Room is made in other apps, and files are let go of by a worker that dies slowly: of neither anybody tells this one. What is damaged stays so.
    if (failure === "storage_full" || failure === "internal") setTimeout(() => this.#tryAgain(), OPEN_AGAIN_MS);
    for (const seq of [...this.#unanswered.keys()]) this.#answered(seq, this.#failure);
  }
}

function failureOf(code: StoreErrorCode, message: string): StoreFailure {
  if (code === "storage_full" || code === "damaged") return code;
  return message === "newer_version" ? "newer_version" : "internal";
}

/** Returns what fetches the queries that are a script of their own. */
function fetchingLater(): () => Promise<Later> {
  const fetchModule = refetched<typeof import("./queries/later.ts")>(
    () => import("./queries/later.ts"),
    (address) => import(/* @vite-ignore */ address),
  );
  return async () => (await fetchModule()).LATER;
}

let tab: TabWorker | null = null;

/** Takes a message of the page; the first one opens the store. */
export function take(message: ToWorker): void {
  if (message.type === "open") tab ??= new TabWorker(message.opening, (told) => self.postMessage(told));
  else tab?.take(message);
}

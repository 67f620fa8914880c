/** Recording a voice note: the microphone, and every reason why there is none. */
import type { Taking } from "./taking";

/** `denied`: the person or the browser forbids it; `missing`: there is none, or something else has it. */
export type RecorderState = "idle" | "asking" | "recording" | "denied" | "missing";

/** What was recorded. */
export interface Recording {
  readonly blob: Blob;
  /** Milliseconds. */
  readonly duration: number;
  /** What of it is on the disk: to be ended once it is kept. */
  readonly taking: Taking;
}

/** What browsers record as, what every one plays first; Safari knows only the last. */
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
/** A voice: clear enough at 4 KB a second. */
const BITS_PER_SECOND = 32_000;
/** Longer than this nobody listens; it is kept then. */
export const LONGEST_MS = 15 * 60_000;
const TICK_MS = 250;
/** A killed app loses no more than this. */
const PIECE_MS = 1_000;

/** One recording after another. */
export class Recorder {
  state = $state<RecorderState>("idle");
  /** Milliseconds so far. */
  elapsed = $state(0);
  #recorder: MediaRecorder | null = null;
  #pieces: Blob[] = [];
  #began = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isDiscarded = false;
  /** Ended while the microphone was asked for: a yes that comes later begins nothing. */
  #isGivenUp = false;

  /** `kept` hears of what was recorded, however it came to its end; `begun` says where its pieces go meanwhile. */
  constructor(
    private readonly begun: () => Taking,
    private readonly kept: (recording: Recording) => void,
  ) {}

  /** Asks for the microphone and begins. */
  async start(): Promise<void> {
    if (this.state === "recording" || this.state === "asking") return;
    if (typeof MediaRecorder === "undefined" || navigator.mediaDevices === undefined) {
      this.state = "missing";
      return;
    }
    this.state = "asking";
    this.#isGivenUp = false;
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (reason) {
      const name = reason instanceof DOMException ? reason.name : "";
      this.state = name === "NotAllowedError" || name === "SecurityError" ? "denied" : "missing";
      return;
    }
    if (this.#isGivenUp) {
      for (const track of stream.getTracks()) track.stop();
      this.state = "idle";
    } else this.#record(stream);
  }

  /** Ends it and keeps it. */
  stop(): void {
    this.#isGivenUp = true;
    if (this.#recorder?.state === "recording") this.#recorder.stop();
  }

  /** Ends it and forgets it. */
  discard(): void {
    this.#isDiscarded = true;
    this.stop();
  }

  #record(stream: MediaStream): void {
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: BITS_PER_SECOND,
      ...(type !== undefined && { mimeType: type }),
    });
    this.#recorder = recorder;
    this.#pieces = [];
    this.#began = performance.now();
    this.#isDiscarded = false;
    const taking = this.begun();
    this.elapsed = 0;
    this.state = "recording";
    recorder.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      this.#pieces.push(data);
      taking.add(data, typeOf(recorder), Math.round(performance.now() - this.#began));
    };
    recorder.onstop = () => this.#end(stream, typeOf(recorder), taking);
    // What the microphone loses (a call comes in, the headset goes) ends the note; what was said is kept.
    for (const track of stream.getTracks()) track.onended = () => this.stop();
    recorder.start(PIECE_MS);
    this.#timer = setInterval(() => {
      this.elapsed = performance.now() - this.#began;
      if (this.elapsed >= LONGEST_MS) this.stop();
    }, TICK_MS);
  }

  #end(stream: MediaStream, type: string, taking: Taking): void {
    clearInterval(this.#timer);
    for (const track of stream.getTracks()) track.stop();
    const duration = performance.now() - this.#began;
    this.state = "idle";
    const blob = new Blob(this.#pieces, { type });
    this.#pieces = [];
    if (this.#isDiscarded || blob.size === 0) void taking.end();
    else this.kept({ blob, duration, taking });
  }
}

/** Some browsers say it only once they record, or never. */
const typeOf = ({ mimeType }: MediaRecorder): string => mimeType.split(";")[0] || "audio/webm";

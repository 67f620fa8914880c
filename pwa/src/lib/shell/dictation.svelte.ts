/** Dictation by the browser, where it has it. Mostly it listens on the maker's servers, so that it needs a network. */

/** `denied`: the person or the device does not allow the microphone. `offline`: it needs a network and has none. */
export type DictationState = "off" | "listening" | "denied" | "offline" | "failed";

interface Heard {
  readonly resultIndex: number;
  readonly results: ArrayLike<{ readonly isFinal: boolean; readonly 0: { readonly transcript: string } }>;
}

/** The part of the browser's SpeechRecognition that is used here. */
export interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: Heard) => void) | null;
  onerror: ((event: { readonly error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
}

/** Makes a listener; null where the browser has none. */
export function browserRecognition(): (() => Recognition) | null {
  const scope = globalThis as Record<string, unknown>;
  const found = scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
  return typeof found === "function" ? () => new (found as new () => Recognition)() : null;
}

const STATE_BY_ERROR: Readonly<Record<string, DictationState>> = {
  "not-allowed": "denied",
  "service-not-allowed": "denied",
  network: "offline",
  aborted: "off",
};

/** One microphone; `onwords` hears each finished phrase. */
export class Dictation {
  state = $state<DictationState>("off");
  #recognition: Recognition | null = null;
  readonly #make: (() => Recognition) | null;
  readonly #onwords: (words: string) => void;

  constructor(onwords: (words: string) => void, make = browserRecognition()) {
    this.#onwords = onwords;
    this.#make = make;
  }

  /** Whether there is anything to show a button for. */
  get isPossible(): boolean {
    return this.#make !== null;
  }

  /** Begins to listen in a language, or ends it. */
  toggle(language: string): void {
    if (this.#recognition !== null) {
      this.stop();
      return;
    }
    if (this.#make === null) return;
    const recognition = this.#make();
    // Without calendar and digits: listeners know only the language and its country.
    recognition.lang = new Intl.Locale(language).baseName;
    recognition.continuous = true;
    recognition.interimResults = false;
    recognition.onresult = ({ resultIndex, results }) => {
      for (let at = resultIndex; at < results.length; at += 1) {
        const result = results[at];
        const words = result?.isFinal === true ? result[0].transcript.trim() : "";
        if (words !== "") this.#onwords(words);
      }
    };
    recognition.onerror = ({ error }) => {
      this.state = STATE_BY_ERROR[error] ?? "failed";
    };
    recognition.onend = () => {
      this.#recognition = null;
      if (this.state === "listening") this.state = "off";
    };
    this.#recognition = recognition;
    this.state = "listening";
    try {
      recognition.start();
    } catch {
      this.#recognition = null;
      this.state = "failed";
    }
  }

  stop(): void {
    this.#recognition?.stop();
  }
}

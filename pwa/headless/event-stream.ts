/** A server-sent stream as a browser's EventSource keeps it: read by lines, opened again when it breaks. */
import type { IncomingMessage } from "node:http";
import type { HttpClient } from "./http.ts";

/** What a stream tells. */
export interface StreamListener {
  event(name: string, data: string): void;
  opened(): void;
  /** The connection broke, or could not be made; it is tried again by itself. */
  interrupted(): void;
  /** The server refuses; it is over. */
  ended(): void;
}

/** Until the server names another time: what Chromium waits before it connects again. */
const RECONNECTS_AFTER_MS = 3_000;

/** Listens until it is closed or refused. */
export class EventStream {
  readonly #abort = new AbortController();
  #retryMs = RECONNECTS_AFTER_MS;
  #lastId = "";
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly http: HttpClient,
    private readonly path: string,
    private readonly listener: StreamListener,
  ) {
    void this.#run();
  }

  close(): void {
    this.#abort.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const headers = { accept: "text/event-stream", ...(this.#lastId !== "" && { "last-event-id": this.#lastId }) };
      const response = await this.http.open("GET", this.path, { headers, signal });
      if (response.statusCode !== 200 || !response.headers["content-type"]?.startsWith("text/event-stream")) {
        response.destroy();
        if (!signal.aborted) this.listener.ended();
        return;
      }
      if (!signal.aborted) this.listener.opened();
      await this.#read(response);
    } catch {
      // No connection, or a broken one: all the same to whoever listens.
    }
    if (signal.aborted) return;
    this.#timer = setTimeout(() => void this.#run(), this.#retryMs);
    this.listener.interrupted();
  }

  async #read(response: IncomingMessage): Promise<void> {
    const events = new EventReader({
      event: (name, data) => this.listener.event(name, data),
      id: (id) => {
        this.#lastId = id;
      },
      retry: (ms) => {
        this.#retryMs = ms;
      },
    });
    response.setEncoding("utf8");
    await new Promise<void>((resolve, reject) => {
      response.on("data", (part: string) => {
        if (this.#abort.signal.aborted) return;
        try {
          events.take(part);
        } catch (reason) {
          response.destroy(reason instanceof Error ? reason : new Error(String(reason)));
        }
      });
      response.on("error", reject);
      response.on("close", resolve);
    });
  }
}

/** What the lines of a stream say. */
export interface Told {
  event(name: string, data: string): void;
  /** The event that is sent after a break, to be told what came after it. */
  id(id: string): void;
  /** Milliseconds before connecting again. */
  retry(ms: number): void;
}

/** Reads the lines of a stream, in whatever parts they come. */
export class EventReader {
  #rest = "";
  #name = "";
  #data: string[] = [];

  constructor(private readonly told: Told) {}

  take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  #line(line: string): void {
    if (line === "") {
      if (this.#data.length > 0) this.told.event(this.#name === "" ? "message" : this.#name, this.#data.join("\n"));
      this.#name = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.told.id(value);
    else if (field === "retry" && /^\d+$/.test(value)) this.told.retry(Number(value));
  }
}

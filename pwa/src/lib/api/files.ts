/** Fetching the bytes of a file that another device sent: part by part, so that a slow line brings a large one, too. */
import { type ApiContext, type ApiProblem, type ApiResult, problemOf } from "./client";

/** Bytes that one request asks for. */
export const PART_BYTES = 1 << 20;
/** For how long nothing may come. */
const SILENCE_MS = 30_000;
/** Bytes of begun files that are held while the page lives. */
const HELD_BYTES = 64 << 20;
const PARTIAL = 206;
const NOT_SATISFIABLE = 416;
/** Who may not have the rest keeps no beginning. */
const DENIED: readonly string[] = ["not_found", "forbidden", "not_signed_in", "session_expired", "device_revoked"];

/** What has come of a file, from its beginning. */
interface Begun {
  chunks: Uint8Array<ArrayBuffer>[];
  bytes: number;
  /** Bytes of the whole, null until an answer has said so. */
  total: number | null;
}

/** Files of which a part has come, by address, the one that was asked for last at the end. */
const begun = new Map<string, Begun>();

/**
 * Returns the bytes of a record that have this digest, and only those. What came is held when the line breaks: the next try goes on
 * behind it. `silence` says for how many milliseconds nothing may come.
 */
export async function fetchFile(
  context: ApiContext,
  record: string,
  digest: string,
  size: number | null,
  silence = SILENCE_MS,
): Promise<ApiResult<ArrayBuffer>> {
  const path = `/api/files/${record}/${digest}`;
  const file = begun.get(path) ?? { chunks: [], bytes: 0, total: size };
  begun.delete(path);
  while (file.bytes !== file.total) {
    const before = file.bytes;
    const problem = (await fetchPart(context, path, file, silence)) ?? noAnswer(context).problem;
    // A line that brings something with every request is slow, and not broken.
    if (file.bytes === file.total || (file.bytes > before && problem.code === "no_answer")) continue;
    if (!DENIED.includes(problem.code)) hold(path, file);
    return { ok: false, problem };
  }
  const value = await new Blob(file.chunks).arrayBuffer();
  return (await digestOf(value)) === digest ? { ok: true, value } : noAnswer(context);
}

/** Adds the next bytes to `file`, as many of them as come; returns what the server has against it. */
async function fetchPart(context: ApiContext, path: string, file: Begun, silence: number): Promise<ApiProblem | null> {
  const aborting = new AbortController();
  let limit = setTimeout(() => aborting.abort(), silence);
  try {
    const response = await context.fetch(path, {
      headers: { range: `bytes=${file.bytes}-${file.bytes + PART_BYTES - 1}` },
      credentials: "same-origin",
      cache: "no-store",
      signal: aborting.signal,
    });
    if (response.status === NOT_SATISFIABLE) restart(file);
    if (!response.ok || response.body === null) {
      const refused = problemOf(await response.json().catch(() => null));
      return refused.ok ? null : refused.problem;
    }
    const isPart = response.status === PARTIAL;
    if (isPart && !goesOn(response.headers.get("content-range"), file)) {
      restart(file); // another file than the one that was begun
      aborting.abort();
      return null;
    }
    if (!isPart) restart(file); // who knows no parts sends the whole
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      clearTimeout(limit);
      limit = setTimeout(() => aborting.abort(), silence);
      file.chunks.push(next.value);
      file.bytes += next.value.byteLength;
    }
    if (!isPart) file.total = file.bytes;
    return null;
  } catch {
    return null;
  } finally {
    clearTimeout(limit);
  }
}

const restart = (file: Begun) => Object.assign(file, { chunks: [], bytes: 0 });

/** Tells whether a part begins where `file` ends, and is of a file as long; notes how long that is. */
function goesOn(range: string | null, file: Begun): boolean {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range ?? "") ?? [];
  if (Number(start) !== file.bytes || Number(total) !== (file.total ?? Number(total))) return false;
  file.total = Number(total);
  return true;
}

/** Keeps what has come for the next try; what was asked for longest ago goes where there is too much. */
function hold(path: string, file: Begun): void {
  begun.set(path, file);
  let left = HELD_BYTES;
  for (const [held, { bytes }] of [...begun].reverse()) {
    left -= bytes;
    if (left < 0) begun.delete(held);
  }
}

async function digestOf(bytes: ArrayBuffer): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const noAnswer = (context: ApiContext) => ({
  ok: false as const,
  problem: { code: context.isOnline() ? ("no_answer" as const) : ("offline" as const), field: "", retryAfter: 0 },
});

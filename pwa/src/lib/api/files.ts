/** Fetching the bytes of a file that another device sent. */
import { type ApiContext, type ApiResult, problemOf } from "./client";

/** How long somebody is asked to wait for a file. */
const TIMEOUT_MS = 60_000;

/** Returns the bytes of a record that have this digest; only the right number of them counts. */
export async function fetchFile(
  context: ApiContext,
  record: string,
  digest: string,
  size: number | null,
): Promise<ApiResult<ArrayBuffer>> {
  try {
    const response = await context.fetch(`/api/files/${record}/${digest}`, {
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return problemOf(await response.json().catch(() => null));
    const value = await response.arrayBuffer();
    if (size === null || value.byteLength === size) return { ok: true, value };
  } catch {
    // below
  }
  const code = context.isOnline() ? "no_answer" : "offline";
  return { ok: false, problem: { code, field: "", retryAfter: 0 } };
}

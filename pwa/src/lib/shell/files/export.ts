/** The unsent work with its files, as the parts of one JSON text: never all of it in memory twice. */
import type { FileBox } from "#lib/store/files/box";

/** Returns the parts of `json`, an object, with `files` added to it: each with its record, its type and its bytes in base64. */
export async function withFiles(json: string, box: FileBox): Promise<string[]> {
  const waiting = (await box.list().catch(() => [])).filter((entry) => entry.waiting);
  if (waiting.length === 0) return [json];
  const parts = [`${json.slice(0, json.lastIndexOf("}")).trimEnd()},\n  "files": [`];
  for (const { record, part, digest, mediaType } of waiting) {
    const bytes = await box.bytes(record, part);
    if (bytes === null) continue;
    const file = JSON.stringify({ record, part, digest, media_type: mediaType });
    const comma = parts.length > 1 ? "," : "";
    parts.push(`${comma}\n    ${file.slice(0, -1)},"bytes":"${base64(new Uint8Array(bytes))}"}`);
  }
  return [...parts, "\n  ]\n}"];
}

/** A call takes only so many arguments. */
const STEP = 0x6000;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += STEP) {
    // A multiple of three bytes each: the pieces join without padding between them.
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + STEP)));
  }
  return text;
}

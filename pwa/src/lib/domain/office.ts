/** Office documents: zips, told from any other by the names of what is in them. The twin: server/routebook_server/files/office.py. */

const END = 0x06054b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY = 0x02014b50;
const ENTRY_SIZE = 46;
const MACROS = /vbaproject\.bin$|^basic\/|^scripts\//;

/** Tells whether a file is a document of an office, without macros. */
export function isOffice(bytes: Uint8Array): boolean {
  const names = namesIn(bytes);
  if (names === null || [...names].some((name) => MACROS.test(name))) return false;
  return names.has("[content_types].xml") || (names.has("mimetype") && names.has("content.xml"));
}

/** The names in a zip, in lower case; null for what is no whole zip. */
function namesIn(bytes: Uint8Array): ReadonlySet<string> | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  if (end === null) return null;
  const length = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  if (offset + length > end) return null;
  const names = new Set<string>();
  let at = offset;
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (offset + length - at < ENTRY_SIZE || view.getUint32(at, true) !== ENTRY) return null;
    const name = view.getUint16(at + 28, true);
    const written = bytes.subarray(at + ENTRY_SIZE, Math.min(at + ENTRY_SIZE + name, offset + length));
    names.add(new TextDecoder("latin1").decode(written).toLowerCase());
    at += ENTRY_SIZE + name + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return names;
}

/** Where the end of a zip begins, the last of what looks like one. */
function endOf(view: DataView): number | null {
  const last = view.byteLength - END_SIZE;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at -= 1) {
    if (view.getUint32(at, true) === END) return at;
  }
  return null;
}

/** Order and shape of text that every language agrees on; JavaScript's own order is by UTF-16 units. */

/**
 * Compares two texts by code point, which is their UTF-8 order: negative, zero or positive.
 * Surrogate units stand for code points above U+FFFF, so they go after U+E000-FFFF.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? lifted(x) - lifted(y) : x - y;
  }
  return a.length - b.length;
}

function lifted(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const pairs = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map((m) => [
    m[1] ?? "",
    [m[2] ?? "", m[3] ?? ""] as const,
  ]),
);

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const grounds = ["paper", "surface", "sunken"];
const read: [string, string][] = [
  ...["ink", "ink-2", "ink-3", "brand-text", "amber", "red", "blue", "violet"].flatMap((ink) =>
    grounds.map((ground): [string, string] => [ink, ground]),
  ),
  ...["amber", "red", "blue", "violet"].map((tone): [string, string] => [tone, `${tone}-soft`]),
  ["brand-text", "brand-soft"],
  ["brand-ink", "brand"],
  ["ink", "brand-soft"],
  ["ink-2", "brand-soft"],
  ["surface", "red"],
];
const seen: [string, string][] = [
  ...grounds.map((ground): [string, string] => ["line-strong", ground]),
  ...grounds.map((ground): [string, string] => ["brand", ground]),
];

test.each(["light", "dark"])("everything that is read has a contrast of 4.5 : 1 in the %s theme", (theme) => {
  const at = theme === "light" ? 0 : 1;
  const value = (name: string) => pairs.get(name)?.[at] ?? "#000000";
  const poor = (list: [string, string][], least: number) =>
    list
      .filter(([a, b]) => contrast(value(a), value(b)) < least)
      .map(([a, b]) => `${a} on ${b}: ${contrast(value(a), value(b)).toFixed(2)}`);
  expect(poor(read, 4.5)).toEqual([]);
  expect(poor(seen, 3)).toEqual([]);
});

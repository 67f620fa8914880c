/** Links that hand over to the phone's own apps: call, message, write, navigate. */
import { asciiDigits } from "#lib/i18n/digits";
import type { Point } from "./place";

/** Where a link is opened; each has its own way to a map. */
export type Platform = "ios" | "android" | "desktop";

/** What the browser tells of where it runs. An iPad calls itself a Mac, but no Mac has a touch screen. */
export function platformOf(userAgent: string, maxTouchPoints: number): Platform {
  if (/android/i.test(userAgent)) return "android";
  if (/iphone|ipad|ipod/i.test(userAgent) || (/macintosh/i.test(userAgent) && maxTouchPoints > 1)) return "ios";
  return "desktop";
}

/** A number as a dialler takes it: ASCII digits, with the plus in front; null where nothing is left. */
export function dialled(phone: string | null | undefined): string | null {
  const ascii = asciiDigits((phone ?? "").normalize("NFKC"));
  const number = ascii.replace(/[^\d+]/g, "").replace(/(?!^)\+/g, "");
  return /\d/.test(number) ? number : null;
}

const link = (scheme: string, number: string | null) => (number === null ? null : `${scheme}:${number}`);

export const callLink = (phone: string | null | undefined): string | null => link("tel", dialled(phone));

export const messageLink = (phone: string | null | undefined): string | null => link("sms", dialled(phone));

export const mailLink = (email: string | null | undefined): string | null =>
  email?.includes("@") ? `mailto:${encodeURIComponent(email.trim()).replace("%40", "@")}` : null;

/** How somebody can be reached from here. */
export interface Way {
  readonly way: "call" | "message" | "mail";
  readonly href: string;
}

/** Every way there is to somebody, the quickest first. */
export function waysTo(who: { phone?: string | null | undefined; email?: string | null | undefined }): readonly Way[] {
  const found = [
    { way: "call", href: callLink(who.phone) },
    { way: "message", href: messageLink(who.phone) },
    { way: "mail", href: mailLink(who.email) },
  ] as const;
  return found.flatMap(({ way, href }) => (href === null ? [] : [{ way, href }]));
}

/** A place to go to: a point where one is known, else an address. */
export interface Destination {
  readonly name: string;
  readonly point: Point | null;
  readonly street?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly country?: string | null | undefined;
}

/** Degrees with the six digits that micro-degrees have. */
const degrees = ({ latitude, longitude }: Point): string =>
  `${(latitude / 1e6).toFixed(6)},${(longitude / 1e6).toFixed(6)}`;

/** Opens the map app of the platform with the way to `to`; null where neither point nor address is known. */
export function navigateLink(to: Destination, platform: Platform): string | null {
  const address = [to.street, to.city, to.country].filter((part) => part).join(", ");
  if (to.point === null && !to.street && !to.city) return null;
  const goal = to.point === null ? encodeURIComponent(address) : degrees(to.point);
  switch (platform) {
    case "ios":
      return `https://maps.apple.com/?daddr=${goal}`;
    case "android":
      // geo: is answered by whichever map app the rep likes; the name in parentheses labels the pin.
      return to.point === null ? `geo:0,0?q=${goal}` : `geo:${goal}?q=${goal}(${encodeURIComponent(to.name)})`;
    case "desktop":
      return to.point === null
        ? `https://www.openstreetmap.org/search?query=${goal}`
        : `https://www.openstreetmap.org/directions?to=${goal}`;
  }
}

import { describe, expect, test } from "vitest";
import { callLink, dialled, mailLink, messageLink, navigateLink, platformOf, waysTo } from "./reach";

const CHROME_ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36";
const SAFARI_IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";

describe("the platform", () => {
  test("is read from the user agent", () => {
    expect(platformOf(CHROME_ANDROID, 5)).toBe("android");
    expect(platformOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", 5)).toBe("ios");
    expect(platformOf("Mozilla/5.0 (X11; Linux x86_64)", 0)).toBe("desktop");
  });

  test("is iOS for an iPad that calls itself a Mac, and desktop for a Mac", () => {
    expect(platformOf(SAFARI_IPAD, 5)).toBe("ios");
    expect(platformOf(SAFARI_IPAD, 0)).toBe("desktop");
  });
});

describe("a phone number", () => {
  test.each([
    ["+48 12 345-67-89", "+48123456789"],
    ["(021) 8877 6655", "02188776655"],
    ["۰۲۱ ۸۸۷۷ ۶۶۵۵", "02188776655"],
    ["＋86 10 6512", "+86106512"],
    ["+48 12 345 ext. +5", "+48123455"],
  ])("%s is dialled as %s", (written, number) => expect(dialled(written)).toBe(number));

  test("without digits makes no link", () => {
    expect([callLink("ask Ewa"), messageLink(""), callLink(null), callLink(undefined)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test("is handed to the dialler or to the messages", () => {
    expect([callLink("+48 1"), messageLink("+48 1")]).toEqual(["tel:+481", "sms:+481"]);
  });
});

test("a mail link keeps odd characters of the address apart from the link's own", () => {
  expect(mailLink("ewa?x@nowak.example")).toBe("mailto:ewa%3Fx@nowak.example");
  expect(mailLink("no address")).toBeNull();
});

test("whoever has a number and an address is called, messaged and written to", () => {
  const ways = (phone?: string | null, email?: string | null) => waysTo({ phone, email }).map(({ way }) => way);
  expect(ways("+48 1", "ewa@nowak.example")).toEqual(["call", "message", "mail"]);
  expect(ways("+48 1", null)).toEqual(["call", "message"]);
  expect(ways("ask Ewa", "ewa@nowak.example")).toEqual(["mail"]);
  expect(ways()).toEqual([]);
});

describe("the way to a customer", () => {
  const nowak = { name: "Nowak & Co (hurt)", point: { latitude: 50_061_430, longitude: -19_936_580 }, city: "Kraków" };

  test("opens the map app of the platform at the point", () => {
    expect(navigateLink(nowak, "android")).toBe(
      "geo:50.061430,-19.936580?q=50.061430,-19.936580(Nowak%20%26%20Co%20(hurt))",
    );
    expect(navigateLink(nowak, "ios")).toBe("https://maps.apple.com/?daddr=50.061430,-19.936580");
    expect(navigateLink(nowak, "desktop")).toBe("https://www.openstreetmap.org/directions?to=50.061430,-19.936580");
  });

  test("goes by the address where no point is known", () => {
    const to = { name: "Nowak", point: null, street: "ul. Długa 14", city: "Kraków", country: "PL" };
    expect(navigateLink(to, "android")).toBe("geo:0,0?q=ul.%20D%C5%82uga%2014%2C%20Krak%C3%B3w%2C%20PL");
    expect(navigateLink(to, "desktop")).toContain("search?query=ul.%20D");
  });

  test("is not offered where nobody knows it", () => {
    expect(navigateLink({ name: "Nowak", point: null, country: "PL" }, "ios")).toBeNull();
  });
});

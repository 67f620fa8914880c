import { describe, expect, test } from "vitest";
import * as format from "./format";
import { directionOf, LOCALES, type Locale, preferredLocale, type Reader } from "./locales";

const reader = (locale: Locale, calendar: Reader["calendar"] = locale === "fa" ? "persian" : "gregory"): Reader => ({
  locale,
  calendar,
  timeZone: "Europe/Warsaw",
});
/** 2026-11-21, 8:40 in Warsaw. */
const MORNING = Date.UTC(2026, 10, 21, 7, 40);
/** Spaces that do not break are as good as any to a reader of this test. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ").replace(/[\u200e\u200f]/g, "");
const inAll = (say: (reader: Reader) => string) => LOCALES.map((locale) => plain(say(reader(locale))));

describe("days and times", () => {
  test("a day is short, with the calendar of the language", () => {
    expect(inAll((r) => format.day("2026-11-14", r))).toEqual(["14 Nov", "۲۳ آبان", "14 нояб", "11月14日", "14 lis"]);
  });

  test("a year is added when it is asked for", () => {
    expect(inAll((r) => format.day("2026-11-14", r, { year: true }))).toEqual([
      "14 Nov 2026",
      "۲۳ آبان ۱۴۰۵",
      "14 нояб. 2026",
      "2026年11月14日",
      "14 lis 2026",
    ]);
  });

  test("the head of Today names the weekday in the order the language puts it", () => {
    expect(inAll((r) => format.dayLong(MORNING, r))).toEqual([
      "Saturday 21 November",
      "شنبه ۳۰ آبان",
      "суббота, 21 ноября",
      "11月21日星期六",
      "sobota, 21 listopada",
    ]);
  });

  test("a time has 24 hours and no leading zero", () => {
    expect(inAll((r) => format.time(MORNING, r))).toEqual(["8:40", "۸:۴۰", "8:40", "8:40", "8:40"]);
    expect(format.time(Date.UTC(2026, 10, 20, 23, 5), reader("en"))).toBe("0:05");
  });

  test("a Persian can read the Gregorian calendar", () => {
    expect(format.day("2026-11-14", reader("fa", "gregory"))).toBe("۱۴ نوامبر");
  });

  test("the Persian calendar is read in every language without an era and with the months of the language", () => {
    const inPersian = (say: (reader: Reader) => string) =>
      LOCALES.map((locale) => plain(say(reader(locale, "persian"))));
    expect(inPersian((r) => format.day("2026-11-18", r, { year: true }))).toEqual([
      "27 Aban 1405",
      "۲۷ آبان ۱۴۰۵",
      "27 абан 1405",
      "1405年8月27日",
      "27 aban 1405",
    ]);
    expect(inPersian((r) => format.month("2026-12-01", r))).toEqual([
      "Azar 1405",
      "آذر ۱۴۰۵",
      "азер 1405 г.",
      "1405年9月",
      "azar 1405",
    ]);
    expect(inPersian((r) => format.monthName("2026-11-18", r))).toEqual(["Aban", "آبان", "абан", "8月", "aban"]);
    expect(inPersian((r) => format.dayLong("2026-04-21", r))[4]).toBe("wtorek, 1 ordibeheszt");
    expect(format.moment(MORNING, reader("pl", "persian"))).toBe("30 aban, 8:40");
  });

  test("an instant falls on the day of the reader's own time zone", () => {
    const lateInWarsaw = Date.UTC(2026, 10, 21, 23, 30);
    expect(format.dayOf(lateInWarsaw, "Europe/Warsaw")).toBe("2026-11-22");
    expect(format.dayOf(lateInWarsaw, "UTC")).toBe("2026-11-21");
  });

  test("days are counted by the calendar, not by 24 hours, across a change of clocks", () => {
    expect(format.daysBetween("2026-10-24", "2026-10-26")).toBe(2);
    expect(format.daysBetween("2026-11-21", "2026-10-14")).toBe(-38);
  });

  test("near days have names", () => {
    expect(inAll((r) => format.relativeDay("2026-11-20", "2026-11-21", r))).toEqual([
      "yesterday",
      "دیروز",
      "вчера",
      "昨天",
      "wczoraj",
    ]);
    expect(format.relativeDay("2026-10-14", "2026-11-21", reader("pl"))).toBe("38 dni temu");
  });

  test("a moment is a day and a time with the comma of the language", () => {
    expect(inAll((r) => format.moment(MORNING, r))).toEqual([
      "21 Nov, 8:40",
      "۳۰ آبان، ۸:۴۰",
      "21 нояб, 8:40",
      "11月21日，8:40",
      "21 lis, 8:40",
    ]);
  });

  test("a day, or a moment, of another year has its year", () => {
    const now = Date.UTC(2026, 10, 21, 7);
    expect(inAll((r) => format.yearlyDay("2026-01-02", now, r))[0]).toBe("2 Jan");
    expect(inAll((r) => format.yearlyDay("2025-12-30", "2026-01-02", r))).toEqual([
      "30 Dec 2025",
      "۹ دی",
      "30 дек. 2025",
      "2025年12月30日",
      "30 gru 2025",
    ]);
    expect(format.yearlyDay("2027-01-12", now, reader("en"))).toBe("12 Jan 2027");
    expect(format.yearlyMoment(MORNING, now, reader("en"))).toBe("21 Nov, 8:40");
    expect(format.yearlyMoment(MORNING, Date.UTC(2027, 0, 2), reader("en"))).toBe("21 Nov 2026, 8:40");
  });

  test("another year is another one of the reader's calendar: it begins at Nowruz for a Persian", () => {
    expect(format.yearlyDay("2026-03-20", "2026-03-21", reader("fa"))).toBe("۲۹ اسفند ۱۴۰۴");
    expect(format.yearlyDay("2026-03-20", "2026-03-21", reader("en"))).toBe("20 Mar");
  });

  test("the year of an instant is the one of the reader's time zone", () => {
    const midnight = Date.UTC(2026, 11, 31, 23, 30);
    expect(format.yearlyDay(midnight, "2027-01-05", reader("en"))).toBe("1 Jan");
  });

  test("an age names its greatest unit only", () => {
    expect(inAll((r) => format.age(5 * 3_600_000 + 60_000, r))).toEqual(["5 h", "۵ ساعت", "5 ч", "5小时", "5 godz."]);
    expect([10_000, 119_000, 47 * 3_600_000, 48 * 3_600_000].map((ms) => format.age(ms, reader("en")))).toEqual([
      "1 min",
      "1 min",
      "47 h",
      "2 days",
    ]);
    expect(inAll((r) => format.ago(3 * 86_400_000, r))).toEqual([
      "3 days ago",
      "۳ روز پیش",
      "3 дня назад",
      "3天前",
      "3 dni temu",
    ]);
  });

  test("a duration is at least a minute and never has seconds", () => {
    expect(inAll((r) => format.duration(78 * 60_000, r))).toEqual([
      "1 h 18 min",
      "۱ ساعت ۱۸ دقیقه",
      "1 ч 18 мин",
      "1小时18分钟",
      "1 godz. 18 min",
    ]);
    expect(format.duration(2_000, reader("en"))).toBe("1 min");
    expect(format.duration(7_200_000, reader("en"))).toBe("2 h");
  });
});

describe("numbers and money", () => {
  test("digits and groups are the reader's", () => {
    expect(inAll((r) => format.number(18402.5, r))).toEqual([
      "18,402.5",
      "۱۸٬۴۰۲٫۵",
      "18 402,5",
      "18,402.5",
      "18 402,5",
    ]);
  });

  test("money comes from minor units, and a whole sum has no fraction", () => {
    expect(inAll((r) => format.money(1_240_000, "EUR", r))).toEqual([
      "€12,400",
      "۱۲٬۴۰۰ یورو",
      "12 400 €",
      "€12,400",
      "12 400 €",
    ]);
    expect(plain(format.money(124_050, "PLN", reader("pl")))).toBe("1240,50 zł");
    expect(plain(format.money(1_240_000, "IRR", reader("fa")))).toBe("۱٬۲۴۰٬۰۰۰ ریال");
    expect(format.money(5, "EUR", reader("en"))).toBe("€0.05");
  });

  test("sums in several moneys stand side by side", () => {
    const sums = [
      { amount: 11_280_000, currency: "EUR" },
      { amount: 9_900_000, currency: "PLN" },
    ];
    expect(plain(format.sums(sums, reader("en")))).toBe("€112,800 + zł 99,000");
    expect(plain(format.sums(sums.slice(0, 1), reader("en"), { compact: true }))).toBe("€112.8k");
  });
  test("a tile shows compact money", () => {
    expect(inAll((r) => format.money(41_200_000, "EUR", r, { compact: true }))).toEqual([
      "€412k",
      "۴۱۲ هزار یورو",
      "412 тыс. €",
      "€41.2万",
      "412 tys. €",
    ]);
  });

  test("a change always has its sign", () => {
    expect(format.change(0.12, reader("en"))).toBe("+12%");
    expect(format.change(-0.04, reader("en"))).toBe("−4%");
    expect(format.percent(0.31, reader("fa"))).toBe("۳۱٪");
  });

  test("distances are metres when near and kilometres when far", () => {
    expect([353, 2140, 31_000].map((metres) => format.distance(metres, reader("en")))).toEqual([
      "350 m",
      "2.1 km",
      "31 km",
    ]);
    expect(plain(format.distance(353, reader("fa")))).toBe("۳۵۰ متر");
  });

  test("a recording runs by the clock", () => {
    expect([0, 42_400, 63_000, 3_800_000].map((ms) => format.playing(ms, reader("en")))).toEqual([
      "0:00",
      "0:42",
      "1:03",
      "1:03:20",
    ]);
    expect(format.playing(63_000, reader("fa"))).toBe("۱:۰۳");
  });

  test("storage is shown in steps of a thousand", () => {
    expect([0, 999, 38e6, 2.14e9].map((count) => format.bytes(count, reader("en")))).toEqual([
      "0 byte",
      "999 byte",
      "38 MB",
      "2.1 GB",
    ]);
    expect(plain(format.bytes(38e6, reader("fa")))).toBe("۳۸ مگابایت");
  });

  test("names are joined as the language joins them", () => {
    expect(inAll((r) => format.list(["Ewa", "Marek", "Anna"], r))).toEqual([
      "Ewa, Marek and Anna",
      "Ewa،‏ Marek، و Anna".replace(/\u200f/g, ""),
      "Ewa, Marek и Anna",
      "Ewa、Marek和Anna",
      "Ewa, Marek i Anna",
    ]);
  });
});

test("a money by itself is named as beside a sum", () => {
  const say = (currency: string) => LOCALES.map((locale) => format.moneySign(currency, reader(locale)));
  expect(say("PLN")).toEqual(["zł", "زلوتی", "zł", "zł", "zł"]);
  expect(say("EUR")).toEqual(["€", "یورو", "€", "€", "€"]);
});

test("parts with dots between them keep to themselves, whatever script they are in", () => {
  expect(format.dotted(["خیابان ۱۲", "", null, "1.5 km"])).toBe("\u2068خیابان ۱۲\u2069 · \u20681.5 km\u2069");
  expect(format.dotted([undefined, false])).toBe("");
});

test("an address has the comma of the language, and none where a part is missing", () => {
  const say = (locale: Locale) => format.address(["A 1", null, "B"], reader(locale));
  expect(LOCALES.map(say)).toEqual(["A 1, B", "A 1، B", "A 1, B", "A 1，B", "A 1, B"]);
  expect(format.address([undefined, "B"], reader("en"))).toBe("B");
});

describe("initials", () => {
  test.each([
    ["Nowak Hurtownia", "NH"],
    ["Żółta Łódź Sp. z o.o.", "ŻŁ"],
    ["Сибирь Трейд", "СТ"],
    ["حسینی و پسران", "ح\u200cپ"],
    ["北京商贸有限公司", "北京"],
    ["李伟", "李伟"],
    ["„Ola” sklep", "OS"],
    ["Delikatesy", "D"],
    ["  ", "?"],
  ])("%s is %s", (name, expected) => expect(format.initials(name)).toBe(expected));
});

describe("the reader", () => {
  test("the first language the app speaks wins", () => {
    expect(preferredLocale(["de-DE", "pl-PL", "en"])).toBe("pl");
    expect(preferredLocale(["fa-IR"])).toBe("fa");
    expect(preferredLocale(["de"])).toBe("en");
  });

  test("only Persian runs from right to left", () => {
    expect(LOCALES.filter((locale) => directionOf(locale) === "rtl")).toEqual(["fa"]);
  });
});

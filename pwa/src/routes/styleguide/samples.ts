import type { Locale } from "#lib/i18n";

/** Words of the style guide: English and Persian are enough to see both directions. */
const en = {
  headline: "4 visits, 31 km",
  done: "1 of 4 done",
  inPlay: "in play today",
  main: "Main customer",
  birthday: "Birthday: Ewa",
  complaint: "Complaint 2 d",
  slipping: "Slipping",
  loyal: "Loyal",
  leaving: "Leaving",
  hint: "Offer the autumn pack",
  hintText: "Bought it the last 3 Novembers, about €1,150. Nothing ordered in 38 days.",
  address: "ul. Długa 14, Kraków",
  outcome: "How did it go?",
  outcomes: ["Order", "Interested", "Follow up", "Not in", "No need"],
  notes: "Notes",
  note: "Ewa approves 12 units if delivery is before the fair.",
  tabs: ["Timeline", "People", "Deals", "Orders", "Details"],
  stats: ["Visits done", "Coverage of main customers", "Weighted pipeline", "Satisfaction index"],
  chart: "Visits a day",
  nextStep: "Next step",
  phone: "Phone",
  name: "Name",
};
const fa: typeof en = {
  headline: "۴ بازدید، ۳۱ کیلومتر",
  done: "۱ از ۴ انجام شد",
  inPlay: "در جریان",
  main: "مشتری اصلی",
  birthday: "تولد: مریم",
  complaint: "شکایت ۲ روزه",
  slipping: "رو به تأخیر",
  loyal: "وفادار",
  leaving: "در حال رفتن",
  hint: "بستهٔ پاییزی را پیشنهاد بدهید",
  hintText: "سه آبان گذشته خریده، حدود ۱٬۱۵۰ یورو. ۳۸ روز است سفارشی نداده.",
  address: "خیابان انقلاب ۱۲",
  outcome: "چطور پیش رفت؟",
  outcomes: ["سفارش", "علاقه‌مند", "پیگیری", "نبودند", "نیازی نیست"],
  notes: "یادداشت",
  note: "اگر پیش از نمایشگاه برسد، ۱۲ تا می‌خرند.",
  tabs: ["رویدادها", "افراد", "معامله‌ها", "سفارش‌ها", "جزئیات"],
  stats: ["بازدیدهای انجام‌شده", "پوشش مشتریان اصلی", "ارزش وزنی معامله‌ها", "شاخص رضایت"],
  chart: "بازدید در روز",
  nextStep: "گام بعدی",
  phone: "تلفن",
  name: "نام",
};

export type Sample = typeof en;
export const sample = (locale: Locale): Sample => (locale === "fa" ? fa : en);

/** Names in their own scripts, as a rep's list has them. */
export const customers = [
  { name: "Nowak Hurtownia", place: "Kraków, ul. Długa 14", valueClass: "main", days: 38 },
  { name: "Сибирь Трейд", place: "Новосибирск, Красный пр. 17", valueClass: "regular", days: 88 },
  { name: "حسینی و پسران", place: "تهران، خیابان انقلاب ۱۲", valueClass: "vip", days: 3 },
  { name: "北京商贸有限公司", place: "朝阳区建国路 88 号", valueClass: "", days: 6 },
  { name: "Żółta Łódź Sp. z o.o.", place: "Łódź, Piotrkowska 5", valueClass: "small", days: 9 },
  { name: "Delikatesy Krak", place: "Kraków, Karmelicka 3", valueClass: "regular", days: 17 },
] as const;

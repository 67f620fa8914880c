import { expect, test } from "vitest";
import type { KnownCustomer, TypedCustomer } from "#lib/store/queries/alike";
import { likeness } from "#lib/store/queries/likeness";
import { duplicatesOf } from "./duplicate";

const NOTHING: TypedCustomer = { name: "", city: "", phone: "", email: "", tax_number: "" };
let made = 0;

function known(given: Partial<KnownCustomer>): KnownCustomer {
  made += 1;
  return { id: `c${made}`, name: "", street: null, city: null, tax_number: null, phones: [], emails: [], ...given };
}

const typed = (given: Partial<TypedCustomer>): TypedCustomer => ({ ...NOTHING, ...given });
const samenesses = (given: Partial<TypedCustomer>, ...customers: Partial<KnownCustomer>[]) =>
  duplicatesOf(typed(given), customers.map(known)).map(({ same }) => same.join("+"));

test.each([
  ["Apteka Pod Orłem", "apteka pod orlem"],
  ["Apteka Pod Orłem", "Pod Orłem Apteka Sp. z o.o."],
  ["Apteka Pod Orłem", "Apteka Pod Ołrem"],
  ["Żabka Świętokrzyska", "Zabka Swietokrzyska"],
  ["Сибирь Трейд", "ООО «Сибирь Трейд»"],
  ["Ёлка и сыновья", "Елка и сыновя"],
  ["داروخانه کریمی", "داروخانه كريمى"],
  ["فروشگاه گلستان", "شرکت فروشگاه گلستان"],
  ["北京茶叶贸易公司", "北京茶叶贸易有限公司"],
  ["O'Neill's Grocers", "ONeills Grocer"],
])("%s and %s are one", (a, b) => {
  expect(likeness(a, b)).toBeGreaterThan(0.78);
  expect(samenesses({ name: b }, { name: a })).toEqual(["name"]);
});

test.each([
  ["Apteka Słoneczna", "Apteka Stolarska"],
  ["Sklep nr 1", "Sklep nr 2"],
  ["داروخانه کریمی", "داروخانه گلستان"],
  ["Магазин Берёзка", "Магазин Тайга"],
  ["北京茶叶贸易公司", "上海东方药房"],
  ["Sp. z o.o.", "S.A."],
])("%s and %s are two", (a, b) => {
  expect(likeness(a, b)).toBeLessThan(0.78);
  expect(samenesses({ name: b }, { name: a })).toEqual([]);
});

const HALF_SPACE = ["گل\u200cفروشی رز", "گل فروشی رز", "گلفروشی رز"] as const;
test.each(HALF_SPACE)("a half-space is a space or none: %s is the same however it is typed", (name) => {
  for (const typed of HALF_SPACE.filter((one) => one !== name)) {
    expect({ typed, found: samenesses({ name: typed }, { name }) }).toEqual({ typed, found: ["name"] });
    const city = { typed: "بندر\u200cعباس", known: "بندر عباس" };
    const near = typed.replace("رز", "رضا");
    const [here, there] = [{ city: city.typed }, { city: city.known }];
    expect({ near, found: samenesses({ name: near, ...here }, { name, ...there }) }).toEqual({
      near,
      found: samenesses({ name: near, ...there }, { name, ...there }),
    });
  }
  if (name.includes("\u200c")) expect(samenesses({ name: "گل فرو" }, { name })).toEqual(["name"]);
  if (name.includes(" ف")) expect(samenesses({ name: "گل\u200cفرو" }, { name })).toEqual(["name"]);
});

test("nothing typed is like nobody", () => {
  expect(samenesses({}, { name: "", phones: [""], emails: [""], tax_number: "" })).toEqual([]);
});

test("a phone number is the same with and without its country's code, in any digits", () => {
  const phones = ["+48 12 345-67-89"];
  for (const phone of ["012 345 67 89", "0048123456789", "۱۲۳۴۵۶۷۸۹"])
    expect({ phone, found: samenesses({ phone }, { phones }) }).toEqual({ phone, found: ["phone"] });
  for (const phone of ["+7 912 345-67-89", "8 912 345-67-89", "89123456789", "9123456789"])
    for (const other of ["+79123456789", "8 (912) 345-67-89"])
      expect({ phone, found: samenesses({ phone }, { phones: [other] }) }).toEqual({ phone, found: ["phone"] });
  for (const phone of ["345 67", "12 345 67 80", "9"])
    expect({ phone, found: samenesses({ phone }, { phones }) }).toEqual({ phone, found: [] });
});

test("an e-mail address is the same in capitals, and half of one is none", () => {
  expect(samenesses({ email: " Biuro@Orlem.pl" }, { emails: ["biuro@orlem.pl"] })).toEqual(["email"]);
  expect(samenesses({ email: "biuro" }, { emails: ["biuro"] })).toEqual([]);
});

test("a tax number is the same however it is grouped", () => {
  for (const tax_number of ["1234567890", "PL 123-456-78-90", "۱۲۳۴۵۶۷۸۹۰"])
    expect(samenesses({ tax_number }, { tax_number: "123 456 78 90" })).toEqual(["tax_number"]);
  expect(samenesses({ tax_number: "1234" }, { tax_number: "1234" })).toEqual([]);
});

test("what tells most comes first, and three are enough", () => {
  const found = duplicatesOf(typed({ name: "Orzeł", phone: "600100200", tax_number: "1234567890" }), [
    known({ id: "name", name: "Orzeł" }),
    known({ id: "phone", phones: ["+48 600 100 200"] }),
    known({ id: "tax", name: "Orzel", tax_number: "1234567890" }),
    known({ id: "likewise", name: "Orzeł s.c." }),
  ]);
  expect(found.map(({ customer, same }) => [customer.id, same.join("+")])).toEqual([
    ["tax", "tax_number+name"],
    ["phone", "phone"],
    ["name", "name"],
  ]);
});

test("a name that has only begun finds the few who begin so, and says nothing where many do", () => {
  expect(samenesses({ name: "Apteka Pod" }, { name: "Apteka Pod Orłem" })).toEqual(["name"]);
  expect(samenesses({ name: "北京" }, { name: "北京茶叶贸易公司" })).toEqual(["name"]);
  expect(samenesses({ name: "Apt" }, { name: "Apteka Pod Orłem" })).toEqual([]);
  const many = ["Pod Orłem", "Słoneczna", "Nowa", "Pod Lwem"].map((name) => ({ name: `Apteka ${name}` }));
  expect(samenesses({ name: "Apteka" }, ...many)).toEqual([]);
});

test("the same words in another town must be more alike", () => {
  const there = { name: "Delikatesy Ala", city: "Łódź" };
  expect(samenesses({ name: "Delikatesy Ola", city: "Lodz" }, there)).toEqual(["name"]);
  expect(samenesses({ name: "Delikatesy Ola", city: "Kraków" }, there)).toEqual([]);
  expect(samenesses({ name: "Delikatesy Ala", city: "Kraków" }, there)).toEqual(["name"]);
});

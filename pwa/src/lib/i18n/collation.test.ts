import { expect, test } from "vitest";
import { byName } from "./collation";
import type { Locale } from "./locales";

const ordered = (locale: Locale, ...names: string[]) =>
  byName(
    names.map((name) => ({ name })),
    { locale },
  ).map(({ name }) => name);

test("Polish letters stand after their neighbours, not among them", () => {
  expect(ordered("pl", "Łódź", "Śliwa", "Lublin", "Sroka", "Zych", "Żak", "Lzy")).toEqual([
    "Lublin",
    "Lzy",
    "Łódź",
    "Sroka",
    "Śliwa",
    "Zych",
    "Żak",
  ]); // prettier-ignore
});

test("Chinese names stand by how they are spoken", () => {
  expect(ordered("zh", "王芳", "李伟", "张敏", "陈静")).toEqual(["陈静", "李伟", "王芳", "张敏"]);
});

test("Persian names stand in the order of the Persian alphabet, Russian ones in that of the Russian", () => {
  expect(ordered("fa", "گرگان", "پاوه", "کرمان", "بابل", "تهران", "چالوس")).toEqual([
    "بابل",
    "پاوه",
    "تهران",
    "چالوس",
    "کرمان",
    "گرگان",
  ]); // prettier-ignore
  expect(ordered("ru", "Яна", "Ёлкин", "Егор", "Ежов")).toEqual(["Егор", "Ежов", "Ёлкин", "Яна"]);
});

test("the rows that were given stay as they were, and ten thousand names take no time that anybody feels", () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ({ name: `Person ${(n * 7919) % 10_000}` }));
  const before = [...rows];
  const found = byName(rows, { locale: "pl" });
  expect(rows).toEqual(before);
  expect(new Set(found).size).toBe(rows.length);
});

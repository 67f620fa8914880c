import { describe, expect, test } from "vitest";
import { ENTITY_TYPES } from "$sync/schema.gen";
import { type Answer, answer, answersByForm, entryOf, MAX_ANSWER } from "./answer";
import { askedOf, formFor, formOf, isRuleMet, labelIn, missingOf, type Question, type VisitForm } from "./visit-form";

const question = (id: string, over: Partial<Question> = {}): Question => ({ id, type: "yes_no", label: id, ...over });
const form = (questions: readonly Question[], over: Partial<VisitForm> = {}): VisitForm => ({
  ...{ id: "f1", name: "Form", name_in: {}, isActive: true, purposes: [], relations: [], valueClasses: [] },
  questions,
  ...over,
});
const answers = (given: Readonly<Record<string, Answer>>) => new Map(Object.entries(given));
const ids = (questions: readonly Question[]) => questions.map(({ id }) => id);

describe("which form a visit has", () => {
  const all = form([], { id: "f1" });
  const sales = form([], { id: "f2", purposes: ["sales"] });
  const salesVip = form([], { id: "f3", purposes: ["sales"], valueClasses: ["vip", "main"] });
  const forms = [salesVip, all, sales];
  test("is the one that asks for most of what the visit is", () => {
    expect(formFor(forms, { purpose: "sales", value_class: "vip" })?.id).toBe("f3");
    expect(formFor(forms, { purpose: "sales", value_class: "small" })?.id).toBe("f2");
    expect(formFor(forms, { purpose: "service", value_class: "vip" })?.id).toBe("f1");
    expect(formFor(forms, {})?.id).toBe("f1");
  });
  test("is none where none fits or is in use", () => {
    expect(formFor([sales, salesVip], { purpose: "service" })).toBeNull();
    expect(formFor([form([], { isActive: false })], {})).toBeNull();
  });
  test("is the older of two that fit alike, on every device", () => {
    const twin = form([], { id: "f0", purposes: ["sales"] });
    for (const given of [
      [twin, sales],
      [sales, twin],
    ])
      expect(formFor(given, { purpose: "sales" })?.id).toBe("f0");
  });
});

describe("which questions are asked", () => {
  const fridge = question("fridge");
  const temperature = question("temperature", {
    type: "number",
    show_when: { rules: [{ question: "fridge", test: "is", value: true }] },
  });
  const why = question("why", {
    type: "text",
    show_when: { rules: [{ question: "temperature", test: "greater", value: 8 }] },
  });
  const chain = form([fridge, temperature, why]);
  test("depends on the answers before them", () => {
    expect(ids(askedOf(chain, answers({})))).toEqual(["fridge"]);
    expect(ids(askedOf(chain, answers({ fridge: true })))).toEqual(["fridge", "temperature"]);
    expect(ids(askedOf(chain, answers({ fridge: true, temperature: 9 })))).toEqual(["fridge", "temperature", "why"]);
  });
  test("an answer to one that is no longer asked counts for nothing", () => {
    expect(ids(askedOf(chain, answers({ fridge: false, temperature: 9 })))).toEqual(["fridge"]);
  });
  test("all rules or any of them", () => {
    const rules = [
      { question: "a", test: "is", value: true },
      { question: "b", test: "is", value: true },
    ] as const;
    const asks = (match: "all" | "any", given: Readonly<Record<string, Answer>>) =>
      ids(
        askedOf(form([question("a"), question("b"), question("c", { show_when: { match, rules } })]), answers(given)),
      ).includes("c");
    expect(asks("all", { a: true, b: false })).toBe(false);
    expect(asks("any", { a: true, b: false })).toBe(true);
    expect(asks("all", { a: true, b: true })).toBe(true);
  });
  test("a removed one is not, nor what asks for a question that is not there", () => {
    const orphan = question("orphan", { show_when: { rules: [{ question: "gone", test: "is", value: true }] } });
    expect(ids(askedOf(form([question("a", { removed: true }), orphan]), answers({ a: true })))).toEqual([]);
  });
  test("a required one that is missing is told, an answer of no or 0 is one", () => {
    const asked = form([question("a", { required: true }), question("b", { required: true, type: "number" })]);
    expect(ids(missingOf(asked, answers({})))).toEqual(["a", "b"]);
    expect(ids(missingOf(asked, answers({ a: false, b: 0 })))).toEqual([]);
    expect(ids(missingOf(chain, answers({ fridge: false })))).toEqual([]);
  });
});

test.each([
  ["is", "a", "a", true],
  ["is", ["a"], "a", true],
  ["is", ["a", "b"], "a", false],
  ["is_not", "b", "a", true],
  ["is_not", null, "a", false],
  ["is_not", ["a", "b"], "a", false],
  ["contains", ["a", "b"], "b", true],
  ["contains", "The Fridge", "fridge", true],
  ["greater", 9, 8, true],
  ["greater", 8, 8, false],
  ["less", "2026-01-05", "2026-02-01", true],
  ["greater", "9", 8, false],
  ["answered", "", null, false],
  ["answered", false, null, true],
  ["smells_like", "a", "a", false],
] as const)("a rule: %s, answered %j, wanted %j: %s", (test, given, value, met) => {
  expect(isRuleMet({ question: "q", test: test as never, value }, given)).toBe(met);
});

test.each([
  ["4.5", true],
  ["4", false],
  ["40.0", true],
  [45, true], // from before: degrees as they are asked for now
] as const)("a condition looks at a number as it was answered: %j", (given, isAsked) => {
  const rules = [{ question: "degrees", test: "greater" as const, value: 4 }];
  const questions: Question[] = [
    { id: "degrees", type: "number", label: "Degrees", decimals: 0 },
    { id: "why", type: "text", label: "Why?", show_when: { rules } },
  ];
  const warm = { ...formOf({ id: "f", root: "shared", waiting: false, name: "F" }), questions };
  const ids = askedOf(warm, new Map([["degrees", given]])).map(({ id }) => id);
  expect(ids.includes("why")).toBe(isAsked);
});

test("a condition looks at a sum in its smallest coins", () => {
  const rules = [{ question: "worth", test: "greater" as const, value: 100_000 }];
  const questions: Question[] = [
    { id: "worth", type: "money", label: "Worth" },
    { id: "why", type: "text", label: "Why?", show_when: { rules } },
  ];
  const form = { ...formOf({ id: "f", root: "shared", waiting: false, name: "F" }), questions };
  const asked = (worth: Answer) => askedOf(form, new Map([["worth", worth]])).length;
  expect([asked("1250.50 EUR"), asked("999.00 EUR"), asked(125_050)]).toEqual([2, 1, 2]);
});

test("a form of a newer app is read as far as it is understood", () => {
  const record = {
    ...{ id: "f", root: "shared", waiting: false, name: "Form" },
    questions: [
      { id: "a", type: "yes_no", label: "A" },
      { id: "b", type: "hologram", label: "B" },
      { id: "a", type: "text", label: "Twin" },
      "nonsense",
    ],
  };
  expect(formOf(record)).toMatchObject({ isActive: true, purposes: [], questions: [{ id: "a", label: "A" }] });
});

test("words are those of the reader's language, where somebody gave them", () => {
  const words = { label: "Fridge on?", label_in: { fa: "یخچال روشن است؟" } };
  expect(labelIn(words, "fa")).toBe("یخچال روشن است؟");
  expect(labelIn(words, "ru")).toBe("Fridge on?");
});

describe("answers", () => {
  const F = "0".repeat(25);
  const entry = (form: string, question: string, value: Answer) => JSON.stringify([`${F}${form}`, question, value]);
  const read = (...texts: readonly string[]) =>
    [...answersByForm({ answers: texts.map((text, at) => ({ stamp: String(at), at, text })) })].map(
      ([form, given]) => [form.slice(-1), Object.fromEntries(given)] as const,
    );
  test("of two devices to different questions both stand, to the same one the last", () => {
    expect(read(entry("1", "a", true), entry("1", "b", 7), entry("1", "a", false))).toEqual([
      ["1", { a: false, b: 7 }],
    ]);
  });
  test("that were taken back are none", () => {
    expect(read(entry("1", "a", true), entry("1", "a", null))).toEqual([]);
    expect(read(entry("1", "a", ["x"]), entry("1", "a", []))).toEqual([]);
  });
  test("belong to the form that asked", () => {
    expect(read(entry("1", "a", true), entry("2", "a", "text"))).toEqual([
      ["1", { a: true }],
      ["2", { a: "text" }],
    ]);
  });
  test.each(["", "hello", "[1,2,3]", '["f","q"]', '["f","q",{"x":1}]', '["f","q",[1]]'])(
    "an entry that is none is passed by: %j",
    (text) => {
      expect(entryOf(text)).toBeNull();
      expect(read(text, entry("1", "a", 1))).toEqual([["1", { a: 1 }]]);
    },
  );
  test("are entries that the record takes, whatever is written", () => {
    const { pattern = "", max_length = 0 } = ENTITY_TYPES.visit.fields.answers ?? {};
    const hard = `"\\ \n\t\u0001\u2028 ${"\\".repeat(400)}`;
    for (const value of [
      null,
      true,
      -5,
      "-0.5",
      "1250.50 EUR",
      ["a", "b1"],
      "2026-11-21",
      hard,
      "\u0001".repeat(600),
    ]) {
      const written = (answer({ id: "v", root: "c" }, `${F}1`, "q1", value).v.answers as { append: string }).append;
      expect(written).toMatch(new RegExp(pattern, "u"));
      expect(written.length).toBeLessThanOrEqual(max_length);
      expect(entryOf(written)).toEqual([`${F}1`, "q1", value]);
    }
    expect(JSON.stringify("\\".repeat(MAX_ANSWER)).length).toBeLessThan(max_length);
  });
});

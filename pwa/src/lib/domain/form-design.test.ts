import { describe, expect, test } from "vitest";
import {
  comparisonsFor,
  decimalsFor,
  earlierThan,
  moveQuestion,
  newQuestion,
  problemsOf,
  removeChoice,
  removeQuestion,
  replaceQuestion,
  setQuestions,
  usualRule,
  withCondition,
  withDecimals,
} from "./form-design";
import { type Condition, QUESTION_TYPES, type Question } from "./visit-form";

const question = (id: string, over: Partial<Question> = {}): Question => ({ id, type: "yes_no", label: id, ...over });
const [a, b, c] = [question("a"), question("b"), question("c")];
const ids = (questions: readonly Question[]) => questions.map(({ id }) => id).join("");

describe("the order", () => {
  test("changes by one place, and not at the ends", () => {
    expect(ids(moveQuestion([a, b, c], "b", -1))).toBe("bac");
    expect(ids(moveQuestion([a, b, c], "b", 1))).toBe("acb");
    expect(ids(moveQuestion([a, b, c], "a", -1))).toBe("abc");
    expect(ids(moveQuestion([a, b, c], "c", 1))).toBe("abc");
  });
  test("passes over what is no longer asked", () => {
    const gone = { ...b, removed: true };
    expect(ids(moveQuestion([a, gone, c], "c", -1))).toBe("cab");
    expect(ids(moveQuestion([a, gone, c], "a", 1))).toBe("bca");
    expect(ids(moveQuestion([gone, a], "a", -1))).toBe("ba");
  });
});

describe("removing", () => {
  test("a question keeps it with its id, so that old answers can be read", () => {
    expect(removeQuestion([a, b], "a")).toEqual([{ ...a, removed: true }, b]);
  });
  test("a question takes it out of the conditions of others", () => {
    const rules = [
      { question: "a", test: "is", value: true },
      { question: "b", test: "answered" },
    ] as const;
    const one = withCondition(c, { rules: [rules[0]] });
    expect(removeQuestion([a, one], "a")[1]).toEqual(c);
    const two = withCondition(c, { rules });
    expect(removeQuestion([a, b, two], "a")[2]?.show_when?.rules).toEqual([rules[1]]);
  });
  test("a choice keeps it for old answers", () => {
    const choices = [
      { id: "x", label: "X" },
      { id: "y", label: "Y" },
    ];
    expect(removeChoice(question("q", { type: "one_of", choices }), "x").choices).toEqual([
      { id: "x", label: "X", removed: true },
      { id: "y", label: "Y" },
    ]);
  });
});

describe("a choice that is no longer offered", () => {
  const choices = [
    { id: "x", label: "X" },
    { id: "y", label: "Y" },
  ];
  const asked = question("q", { type: "one_of", choices });
  const rule = (test: "is" | "is_not", value: string) => ({ question: "q", test, value }) as const;
  const withoutX = (rules: Condition["rules"]) =>
    replaceQuestion([asked, withCondition(c, { match: "any", rules })], removeChoice(asked, "x"))[1];

  test("takes with it the rules that no answer can meet any more", () => {
    expect(withoutX([rule("is", "x")])).toEqual(c);
    expect(withoutX([rule("is", "x"), rule("is", "y")])?.show_when).toEqual({ match: "any", rules: [rule("is", "y")] });
  });
  test("leaves of a rule against it that there must be an answer", () => {
    expect(withoutX([rule("is_not", "x")])?.show_when?.rules).toEqual([{ question: "q", test: "answered" }]);
  });
  test("changes nothing else, and no question of another's", () => {
    const other = withCondition(c, { rules: [{ question: "b", test: "is", value: "x" }] });
    expect(replaceQuestion([asked, b, other], removeChoice(asked, "x"))[2]).toBe(other);
    const late = withCondition(c, { rules: [rule("is", "x")] });
    const gone = removeChoice(asked, "x");
    expect(replaceQuestion([gone, late], { ...gone, label: "Other words" })[1]).toBe(late);
  });
  test("is told of a condition that an older app left looking at it", () => {
    const gone = removeChoice(asked, "x");
    const late = withCondition(c, { rules: [rule("is", "x")] });
    expect(problemsOf(late, [gone, late])).toEqual(["asks_removed_choice"]);
    expect(problemsOf(late, [asked, late])).toEqual([]);
    const against = withCondition(c, { rules: [rule("is_not", "x")] });
    expect(problemsOf(against, [gone, against])).toEqual([]);
  });
});

test("a condition looks only at what was asked before", () => {
  expect(ids(earlierThan([a, { ...b, removed: true }, c], "c"))).toBe("a");
  expect(earlierThan([a, b], "a")).toEqual([]);
});

test("what cannot be asked as it is meant is told", () => {
  expect(problemsOf(question("a", { label: " " }), [a])).toEqual(["no_words"]);
  const chosen = question("b", { type: "one_of", choices: [{ id: "x", label: "X", removed: true }] });
  expect(problemsOf(chosen, [chosen])).toEqual(["no_choices"]);
  const early = withCondition(a, { rules: [{ question: "b", test: "answered" }] });
  expect(problemsOf(early, [early, b])).toEqual(["asks_later"]);
  expect(problemsOf(early, [b, early])).toEqual([]);
  expect(problemsOf(question("n", { type: "number", minimum: 5, maximum: 1 }), [])).toEqual(["least_above_most"]);
});

test("every type has a new question that can be asked and a rule that it is compared by", () => {
  for (const type of QUESTION_TYPES) {
    const made = newQuestion("q", type, "Words", [{ id: "x", label: "X" }]);
    expect(problemsOf(made, [made]), type).toEqual([]);
    expect(comparisonsFor(type), type).toContain(usualRule(made).test);
  }
});

test("a change of the questions is one of the organisation's form", () => {
  expect(setQuestions({ id: "f" }, [a])).toEqual({
    kind: "visit_form",
    id: "f",
    root: "shared",
    v: { questions: [a] },
  });
});

describe("other decimals of a number", () => {
  const degrees = question("a", { type: "number", decimals: 1, minimum: -300, maximum: 300 });
  const warm = { ...b, show_when: { rules: [{ question: "a", test: "greater", value: 45 } as const] } };

  test("leave its bounds and what conditions compare it with as they are", () => {
    const finer = withDecimals(degrees, 2);
    expect(finer).toEqual({ ...degrees, decimals: 2, minimum: -3000, maximum: 3000 });
    expect(replaceQuestion([degrees, warm, c], finer)).toEqual([
      finer,
      { ...b, show_when: { rules: [{ question: "a", test: "greater", value: 450 }] } },
      c,
    ]);
    expect(replaceQuestion(replaceQuestion([degrees, warm], finer), withDecimals(finer, 1))).toEqual([degrees, warm]);
  });
  test("are not offered where one of them would become another number", () => {
    expect(decimalsFor([degrees, b], degrees)).toEqual([0, 1, 2, 3]);
    expect(decimalsFor([degrees, warm], degrees)).toEqual([1, 2, 3]);
    expect(decimalsFor([degrees], { ...degrees, minimum: 15 })).toEqual([1, 2, 3]);
    expect(decimalsFor([degrees], { ...degrees, maximum: 900_000_000 })).toEqual([0, 1]);
  });
  test("change no condition on another question, and none on whether there is an answer", () => {
    const others = {
      ...b,
      show_when: {
        rules: [{ question: "c", test: "greater", value: 45 } as const, { question: "a", test: "answered" } as const],
      },
    };
    expect(replaceQuestion([degrees, others], withDecimals(degrees, 2))[1]).toEqual(others);
  });
});

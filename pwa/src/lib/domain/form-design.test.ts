import { describe, expect, test } from "vitest";
import {
  comparisonsFor,
  earlierThan,
  moveQuestion,
  newQuestion,
  problemsOf,
  removeChoice,
  removeQuestion,
  setQuestions,
  usualRule,
  withCondition,
} from "./form-design";
import { QUESTION_TYPES, type Question } from "./visit-form";

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

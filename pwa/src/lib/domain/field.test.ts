import { describe, expect, test } from "vitest";
import { ENTITY_TYPES, type FieldType } from "$sync/schema.gen";
import { controlOf, inputFromValue, isOpen, valueFromInput } from "./field";

const field = (kind: keyof typeof ENTITY_TYPES, name: string): FieldType => {
  const found = ENTITY_TYPES[kind].fields[name];
  if (found === undefined) throw new Error(`${kind} has no ${name}`);
  return found;
};
const customer = (name: string) => field("customer", name);
const typed = (of: FieldType, text: string, currency = "EUR") => {
  const result = valueFromInput(of, text, currency, "en");
  return result.valid ? result.value : result.problem.code;
};

describe("controls", () => {
  test("follow the field's declaration", () => {
    const control = (name: string) => controlOf(customer(name), false);
    expect(
      Object.fromEntries(
        ["name", "relation", "owner", "tags", "since", "description", "latitude"].map((n) => [n, control(n)]),
      ),
    ).toEqual({
      name: "line",
      relation: "choice",
      owner: "reference",
      tags: "tags",
      since: "day",
      description: "paragraph",
      latitude: "number",
    });
  });

  test("only show what the server computes", () => {
    expect(controlOf(customer("lifetime_value"), true)).toBe("shown");
  });

  test("let only managers move a customer to another territory", () => {
    expect(controlOf(customer("territory"), false)).toBe("shown");
    expect(controlOf(customer("territory"), true)).toBe("reference");
  });

  test("have no place for a hidden field before a rep", () => {
    expect(isOpen(customer("cost_to_serve_12m"), false)).toBe(false);
    expect(isOpen(customer("cost_to_serve_12m"), true)).toBe(true);
    expect(isOpen(customer("margin_12m"), false)).toBe(true);
  });
});

describe("text", () => {
  test("is trimmed, and empty text clears a field that may be empty", () => {
    expect(typed(customer("city"), "  Kraków ")).toBe("Kraków");
    expect(typed(customer("city"), "   ")).toBeNull();
    expect(typed(customer("name"), " ")).toBe("required");
  });

  test("is measured in characters, not in UTF-16 units", () => {
    expect(typed(customer("name"), "𠮷".repeat(200))).toBe("𠮷".repeat(200));
    expect(typed(customer("name"), "𠮷".repeat(201))).toBe("too_long");
  });

  test("of addresses has to look like one", () => {
    expect(typed(customer("email"), "ewa@nowak.example")).toBe("ewa@nowak.example");
    expect(typed(customer("email"), "ewa at nowak")).toBe("not_an_email");
    expect(typed(customer("website"), "nowak.example")).toBe("not_a_link");
    expect(typed(customer("website"), "https://nowak.example")).toBe("https://nowak.example");
  });

  test("of countries and currencies is written large", () => {
    expect(typed(customer("currency"), "pln")).toBe("PLN");
  });
});

describe("numbers", () => {
  const amount = field("deal", "amount");

  test.each([
    ["1240.50", 124_050],
    ["1 240,50", 124_050],
    ["1,240.50", 124_050],
    ["1.240,50", 124_050],
    ["1,240", 124_000],
    ["1.240.000", 124_000_000],
    ["۱٬۲۴۰٫۵", 124_050],
    ["−12", -1200],
  ])("%s euros are %i cents", (text, cents) => expect(typed(amount, text)).toBe(cents));

  test("of money follow the currency's own minor unit", () => {
    expect(typed(amount, "1240000", "IRR")).toBe(1_240_000);
    expect(typed(amount, "1.5", "KWD")).toBe(1500);
  });

  test("that are none, or out of range, are named", () => {
    expect(typed(amount, "12 eggs")).toBe("not_a_number");
    expect(typed(amount, "1-2")).toBe("not_a_number");
    expect(valueFromInput(customer("latitude"), "91", "EUR", "en")).toEqual({
      valid: false,
      problem: { code: "out_of_range", low: -90, high: 90 },
    });
  });

  test("of places are degrees with six digits", () => {
    expect(typed(customer("latitude"), "50.06143")).toBe(50_061_430);
    expect(typed(customer("longitude"), "19.936")).toBe(19_936_000);
  });

  test("come back into the input as they were typed", () => {
    expect(inputFromValue(amount, 124_050, "EUR", "en")).toBe("1240.5");
    expect(inputFromValue(amount, 124_000, "EUR", "en")).toBe("1240");
    expect(inputFromValue(customer("latitude"), 50_061_430, "EUR", "en")).toBe("50.06143");
    expect(inputFromValue(customer("latitude"), 50_000_000, "EUR", "en")).toBe("50");
    expect(inputFromValue(customer("city"), null, "EUR", "en")).toBe("");
  });

  test("come back in Persian digits for a Persian, and are read again", () => {
    expect(inputFromValue(amount, 124_050, "EUR", "fa")).toBe("۱۲۴۰٫۵");
    expect(typed(amount, "۱۲۴۰٫۵")).toBe(124_050);
    expect(inputFromValue(customer("phone"), "021-2295", "EUR", "fa")).toBe("۰۲۱-۲۲۹۵");
    expect(typed(customer("phone"), "۰۲۱-۲۲۹۵")).toBe("021-2295");
    expect(inputFromValue(customer("tax_number"), "3362639299", "EUR", "fa")).toBe("3362639299");
  });
});

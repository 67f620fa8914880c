import { describe, expect, test } from "vitest";
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, row } from "../fixtures.ts";

const C = id(100);

describe("a discount that is asked for", () => {
  const ask = { discount: 10, discount_reason: "Forty pieces", discount_asked_by: PERSON, discount_asked_at: NOW };
  const answer = { discount_answered: NOW, discount_answered_by: PERSON, discount_granted: true };
  const deal = (number: number, v: object) =>
    row("deal", id(number), C, { customer: C, title: `Deal ${number}`, stage: "proposal", ...v });
  const device = (role: "rep" | "manager", ...deals: ReturnType<typeof deal>[]) => {
    const opened = open(7, undefined, undefined, role);
    receive(opened, {
      rows: { shared: [row("person", PERSON, "shared", { name: "Marek" })], [BUCKET]: [customerRow(100), ...deals] },
    });
    return opened;
  };
  const waiting = ({ engine }: ReturnType<typeof open>) =>
    engine.query("deals.discounts", { limit: 9 }).map(({ deal: { title }, askedByName }) => `${title} ${askedByName}`);
  test("waits until it is answered, the deal is over, or it is asked for no more", () => {
    const manager = device(
      "manager",
      deal(401, { ...ask, discount_asked_at: NOW + 1 }),
      deal(402, ask),
      deal(403, { ...ask, ...answer }),
      deal(404, { ...ask, ...answer, discount_asked_at: NOW + 2 }),
      deal(405, { ...ask, stage: "lost" }),
      deal(406, { ...ask, discount: null }),
      deal(407, { ...ask, deleted: true }),
      deal(408, {}),
    );
    expect(waiting(manager)).toEqual(["Deal 402 Marek", "Deal 401 Marek", "Deal 404 Marek"]);
    expect(manager.engine.attention).toBe(3);
    manager.save({ kind: "deal", id: id(402), root: C, v: answer });
    expect(waiting(manager)).toEqual(["Deal 401 Marek", "Deal 404 Marek"]);
    expect(manager.engine.attention).toBe(2);
  });
  test("is no rep's to look at, and none may answer it, in a new deal as little as in a known one", () => {
    const rep = device("rep", deal(401, ask));
    expect(rep.engine.attention).toBe(0);
    const forbidden = Object.keys(answer).map((field) => ({ code: "forbidden_field", field }));
    for (const number of [401, 499]) {
      const v = { customer: C, title: "Deal", stage: "new", ...ask, ...answer } as const;
      expect(rep.engine.write([{ kind: "deal", id: id(number), root: C, v }], `k${number}`)).toMatchObject({
        saved: false,
        problems: forbidden,
      });
    }
  });
});

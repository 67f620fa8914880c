import { describe, expect, test } from "vitest";
import type { PersonRole } from "$sync/schema.gen.ts";
import { BUCKET, customerRow, type Fixture, id, open, PERSON, receive, row } from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";

const C = id(100);
const marek = (role: PersonRole, ms = -1000) => row("person", PERSON, "shared", { name: "Marek", role }, ms);

function takesManagerFields({ engine }: Fixture, key: string): boolean {
  return engine.write([{ kind: "customer", id: C, root: C, v: { territory: id(3) } }], key).saved;
}

describe("the role", () => {
  test("is that of the sign-in until the person's own record is on the device", () => {
    const device = open(7);
    receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
    expect([device.engine.account.role, takesManagerFields(device, "a")]).toEqual(["rep", false]);
  });

  test("of a rep who was made a manager counts as soon as his record says so, also at the next start", () => {
    const database = new NodeDatabase();
    const device = open(7, database);
    receive(device, { rows: { [BUCKET]: [customerRow(100)], shared: [marek("rep")] } });
    expect(takesManagerFields(device, "a")).toBe(false);
    receive(device, { rows: { shared: [marek("manager", 5)] } });
    expect([device.engine.account.role, takesManagerFields(device, "b")]).toEqual(["manager", true]);
    expect(open(7, database).engine.account.role).toBe("manager");
  });

  test("of a manager who was made a rep has his own device refuse what the server would", () => {
    const device = open(7, undefined, undefined, "manager");
    receive(device, { rows: { [BUCKET]: [customerRow(100)], shared: [marek("manager")] } });
    expect(takesManagerFields(device, "a")).toBe(true);
    receive(device, { rows: { shared: [marek("rep", 5)] } });
    expect([device.engine.account.role, takesManagerFields(device, "b")]).toEqual(["rep", false]);
  });

  test("is never another one than the view is of: a restored book may have an older record", () => {
    const device = open(7, undefined, undefined, "manager");
    receive(device, { view: "rep", rows: { shared: [marek("manager")] } });
    expect(device.engine.account.role).toBe("rep");
    receive(device, { view: "full" });
    expect(device.engine.account.role).toBe("manager");
    receive(device, { rows: { shared: [marek("rep", 5)] } });
    expect(device.engine.account.role).toBe("manager");
  });

  test("of a colleague is not this person's", () => {
    const device = open(7);
    receive(device, { rows: { shared: [row("person", id(8), "shared", { name: "Anna", role: "manager" })] } });
    expect(device.engine.account.role).toBe("rep");
  });

  test("decides whether discounts that wait need a look", () => {
    const deal = { name: "Fridge", customer: C, stage: "open", discount: 100, discount_asked_at: 1 };
    const device = open(7);
    receive(device, {
      rows: { [BUCKET]: [customerRow(100), row("deal", id(200), C, deal)], shared: [marek("rep")] },
    });
    expect(device.engine.attention).toBe(0);
    receive(device, { rows: { shared: [marek("manager", 5)] } });
    expect(device.engine.attention).toBe(1);
  });
});

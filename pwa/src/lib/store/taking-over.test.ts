import { describe, expect, test } from "vitest";
import { plus } from "./change.ts";
import { BUCKET, customerRow, type Fixture, id, open, PERSON, receive, Shelf, shown, sumsOf } from "./fixtures.ts";

const C = id(100);
const city = (name: string) => ({ kind: "customer", id: C, root: C, v: { city: name } }) as const;
const cities = ({ engine }: Fixture) => engine.unsent().map(({ n, v }) => [n, v.city]);

function known(device = 7): Fixture {
  const fixture = open(device);
  receive(fixture, { rows: { [BUCKET]: [customerRow(100)] } });
  return fixture;
}

/** What a browser without files kept of these changes. */
function kept(work: (device: Fixture, shelf: Shelf) => void, device = known()): Shelf {
  const shelf = new Shelf();
  work(device, shelf);
  shelf.take(device);
  return shelf;
}

describe("what was kept while the browser kept no files", () => {
  test("goes on in an empty store that lasts, under its numbers", () => {
    const shelf = kept((device) => {
      device.save(city("1"));
      receive(device, { pushed: 1, seq: 2 });
      device.save(city("2"), city("3"));
    });
    const lasting = open();
    lasting.engine.takeOver(shelf.kept);
    expect(cities(lasting)).toEqual([
      [2, "2"],
      [3, "3"],
    ]);
    expect(lasting.engine.waiting).toBe(2);
    expect(lasting.engine.request({}).cursors).toHaveProperty([BUCKET], [1, 0]);
    receive(lasting, { pushed: 1, rows: { [BUCKET]: [customerRow(100, { city: "1" })] }, seq: 5 });
    expect(shown(lasting, "customer", C)?.city).toBe("3");
    expect(lasting.save(city("4"))).toEqual([4]);
  });

  test("comes behind what waits in the store that was there before, and is not twice where it is taken over again", () => {
    const shelf = kept((device) => {
      device.world.ms += 1000;
      device.save(city("theirs"));
    });
    const lasting = known();
    lasting.save(city("mine"));
    lasting.engine.takeOver(shelf.kept);
    lasting.engine.takeOver(shelf.kept);
    expect(cities(lasting)).toEqual([
      [1, "mine"],
      [2, "theirs"],
    ]);
    expect(shown(lasting, "customer", C)?.city).toBe("theirs");
    const { running, real } = sumsOf(lasting);
    expect(running).toEqual(real);
    // The next stamp is above everything of both.
    lasting.save(city("next"));
    expect(shown(lasting, "customer", C)?.city).toBe("next");
  });

  test("is numbered above what the server is known to have had", () => {
    const shelf = kept((device) => {
      for (const name of ["1", "2", "3"]) device.save(city(name));
      receive(device, { pushed: 3, seq: 2 });
      device.save(city("4"));
    });
    const lasting = known();
    lasting.save(city("mine"));
    lasting.engine.takeOver(shelf.kept);
    expect(lasting.engine.unsent().map(({ n }) => n)).toEqual([4, 5]);
    expect(lasting.database.all("SELECT n FROM kept")).toHaveLength(3);
  });

  test("is stamped anew where the device has another number by now", () => {
    const task = { title: "Call", customer: C, person: PERSON, status: "open" } as const;
    const shelf = kept((device) => {
      device.save({ kind: "task", id: id(300), root: C, v: { ...task, snoozes: plus(1) } });
    }, known(7));
    const lasting = known(9);
    lasting.engine.takeOver(shelf.kept);
    lasting.engine.takeOver(shelf.kept);
    const [edit, ...others] = lasting.engine.unsent();
    expect(others).toEqual([]);
    expect(edit?.at.slice(-4)).toBe("0009");
    expect(edit?.v.snoozes).toEqual({ "0009": [1, 0] });
  });

  test("brings the list of what needs a look, and the answers to what is asked twice", () => {
    const refused = { verdict: "rejected", code: "forbidden" } as const;
    const shelf = kept((device) => {
      device.world.ms += 1000;
      device.engine.write([city("1")], "the key");
      receive(device, { pushed: 1, seq: 2, verdicts: [{ n: 1, ...refused }] });
    });
    const lasting = known();
    lasting.save(city("mine"));
    receive(lasting, { pushed: 1, seq: 2, verdicts: [{ n: 1, ...refused }] });
    lasting.engine.takeOver(shelf.kept);
    lasting.engine.takeOver(shelf.kept);
    const list = lasting.engine.query("attention.list", { limit: 9 });
    expect(list.map(({ written }) => written)).toEqual([{ city: "1" }, { city: "mine" }]);
    expect(lasting.engine.write([city("1")], "the key")).toEqual({ saved: true, edits: [1] });
    expect(lasting.engine.waiting).toBe(0);
  });
});

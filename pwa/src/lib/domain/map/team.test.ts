import { expect, test } from "vitest";
import { type TeamVisit, teamOf } from "./team";

const visit = (person: string, more: Partial<TeamVisit> = {}): TeamVisit => ({
  person,
  personName: person.toUpperCase(),
  status: "planned",
  position: null,
  planned_at: null,
  checked_in_at: null,
  latitude: 0,
  longitude: 0,
  ...more,
});

test("everybody with a visit stands by name with a colour of his own, and the visits in the order of the route", () => {
  const team = teamOf([
    visit("b", { position: 2, latitude: 2 }),
    visit("a", { status: "done", position: 1 }),
    visit("b", { position: 1, latitude: 1, status: "done" }),
  ]);
  expect(
    team.map(({ name, tone, done, visits }) => [name, tone, done, visits.map(({ latitude }) => latitude)]),
  ).toEqual([
    ["A", "green", 1, [0]],
    ["B", "blue", 1, [1, 2]],
  ]);
});

test("a sixth person shares a colour, and nobody is left out", () => {
  const team = teamOf(["f", "e", "d", "c", "b", "a"].map((person) => visit(person)));
  expect(team.map(({ person }) => person).join("")).toBe("abcdef");
  expect([team[0]?.tone, team[5]?.tone]).toEqual(["green", "green"]);
  expect(new Set(team.slice(0, 5).map(({ tone }) => tone)).size).toBe(5);
});

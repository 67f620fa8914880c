/** The team's day on the map: whose visit is whose, in an order and colours that stay from one look to the next. */
import type { VisitStatus } from "$sync/schema.gen";
import { inRouteOrder } from "../route";
import type { ShadeTone } from "./shade";

/** What is needed of a visit. */
export interface TeamVisit {
  readonly person: string;
  readonly personName: string;
  readonly status: VisitStatus;
  readonly position: number | null;
  readonly planned_at: number | null;
  readonly checked_in_at: number | null;
  readonly latitude: number;
  readonly longitude: number;
}

/** A rep with the visits of the day, in the order of the route. */
export interface TeamMember<V> {
  readonly person: string;
  readonly name: string;
  readonly tone: ShadeTone;
  readonly done: number;
  readonly visits: readonly V[];
}

/** Of more people than these some share a colour: their initials tell them apart. */
const TONES: readonly ShadeTone[] = ["green", "blue", "violet", "amber", "red"];

/** Everybody with a visit, by name. */
export function teamOf<V extends TeamVisit>(visits: readonly V[]): readonly TeamMember<V>[] {
  const byPerson = new Map<string, V[]>();
  for (const visit of visits) byPerson.set(visit.person, [...(byPerson.get(visit.person) ?? []), visit]);
  const names = [...byPerson].map(([person, own]) => ({ person, own, name: own[0]?.personName ?? "" }));
  return names
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.person < b.person ? -1 : 1))
    .map(({ person, own, name }, at) => {
      const route = inRouteOrder(own.map((visit) => ({ ...visit, point: visit })));
      return {
        person,
        name,
        tone: TONES[at % TONES.length] ?? "neutral",
        done: own.filter(({ status }) => status === "done").length,
        visits: route,
      };
    });
}

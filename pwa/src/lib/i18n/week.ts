/** On which day a week begins: where somebody works says so, not the language that he reads. */

/** 0 Sunday … 6 Saturday. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** What some browsers know of a place; an attribute in older ones, a method in newer ones, nothing in others (Firefox). */
interface Knowing {
  readonly weekInfo?: { readonly firstDay: number };
  getWeekInfo?(): { readonly firstDay: number };
  readonly timeZones?: readonly string[];
  getTimeZones?(): readonly string[] | undefined;
}

/** ISO 3166 codes of the countries whose week does not begin on a Monday, by CLDR 48, for browsers that do not say. */
const NOT_MONDAY: readonly (readonly [Weekday, string])[] = [
  [5, "MV"],
  [6, "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY"],
  [0, "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE"],
  [0, "PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW"],
];
const TABLE: ReadonlyMap<string, Weekday> = new Map(
  NOT_MONDAY.flatMap(([day, countries]) => countries.split(" ").map((country) => [country, day] as const)),
);
const WORLD = "001";

/** The areas of time zones (`Europe/Warsaw`) and the countries of the table that have a zone there: the others need not be asked for theirs. */
const AREAS: ReadonlyMap<string, string> = new Map([
  ["Africa", "BW DJ DZ EG ET KE LY MZ SD ZA ZW"],
  ["America", "AG BR BS BZ CA CO DM DO GT HN JM MX NI PA PE PR PY SV TT US VE VI"],
  ["Asia", "AF BD BH BT HK ID IL IN IQ IR JO JP KH KR KW LA MM MO NP OM PH PK QA SA SG SY TH TW YE"],
  ["Atlantic", "IS PT"],
  ["Europe", "MT PT"],
  ["Indian", "MV"],
  ["Pacific", "AS GU MH UM US WS"],
]);

const knowing = (country: string): Knowing | null =>
  /^[A-Z]{2}$/.test(country) ? new Intl.Locale(`und-${country}`) : null;

function zonesOf(country: string): readonly string[] | undefined {
  const known = knowing(country);
  return known?.getTimeZones?.() ?? known?.timeZones;
}

/** The day on which the week begins in a country, by the browser, or else by the table. */
export function weekStartIn(country: string): Weekday {
  const known = knowing(country);
  const info = known?.getWeekInfo?.() ?? known?.weekInfo;
  return info === undefined ? weekStartByTable(country) : ((info.firstDay % 7) as Weekday);
}

/** Monday, where no country of the table is named. */
export const weekStartByTable = (country: string): Weekday => TABLE.get(country) ?? 1;

/**
 * The country whose week counts: that of the territories somebody holds; the one that his clock is set to where there are several or
 * none; that of the language where the browser cannot tell. `tags`: BCP 47, the first one with a region counts.
 */
export function countryOfWeek(held: readonly string[], timeZone: string, tags: readonly string[]): string {
  const [only] = held;
  if (only !== undefined && held.length === 1) return only;
  const [area = ""] = timeZone.split("/");
  const near = [...held, ...(AREAS.get(area)?.split(" ") ?? [])].find((country) =>
    zonesOf(country)?.includes(timeZone),
  );
  if (near !== undefined) return near;
  const isSomewhere = timeZone.includes("/") && !timeZone.startsWith("Etc/");
  if (isSomewhere && zonesOf("PL") !== undefined) return WORLD;
  return tags.map((tag) => new Intl.Locale(tag).region).find((region) => region !== undefined) ?? WORLD;
}

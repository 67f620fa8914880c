/** The holidays of whoever's book is open: those of the countries of the territories on this device. */
import { createContext } from "svelte";
import { whenIdle } from "#lib/browser/idle";
import { type HolidaysByDay, holidayName, holidaySpan, holidaysOf, isClosed } from "#lib/domain/holiday";
import { fmt, reader } from "#lib/i18n";
import { regionName } from "#lib/i18n/values";
import { useStore } from "#lib/store/context";
import { live } from "#lib/store/live.svelte";
import type { StoreError } from "#lib/store/store-error";

/** Which days are closed, and what to say of them. */
export interface Holidays {
  readonly byDay: HolidaysByDay;
  readonly countries: ReadonlySet<string>;
  /** False until the days and the countries are read: no day is known to be open. */
  readonly isKnown: boolean;
  /** Why they cannot be read, null where they are or still may be. */
  readonly error: StoreError | null;
  /** What a closed day is called, with its country where there are several; null for an open one. */
  nameOf(day: string): string | null;
  /** Tells whether customers of a country are closed on a day; one whose country is not known where all are. */
  closes(day: string, country: string | null | undefined): boolean;
}

const [holidaysIn, setHolidays] = createContext<Holidays>();

/** Call it while a component is made, below `provideHolidays`. */
export const useHolidays = holidaysIn;

/** Reads them once for every screen, and says where the reader works, whose week begins as it does there. Call it below `provideStore`. */
export function provideHolidays(): void {
  const store = useStore();
  const today = fmt.dayOf(store.now());
  const rows = live(() => ["holiday.list", { ...holidaySpan(today), limit: 2000 }]);
  const territories = live(() => ["territory.list", { limit: 500 }]);
  const countries = $derived(
    new Set((territories.current ?? []).flatMap(({ held, country }) => (held && country !== null ? country : []))),
  );
  $effect.pre(() => reader.workIn([...countries].sort()));
  // Takes its time once where there is not one country, and every choice of a day asks for it.
  $effect(() => (territories.current === undefined ? undefined : whenIdle(() => void reader.weekStart)));
  const byDay = $derived(holidaysOf(rows.current ?? [], countries));
  setHolidays({
    get byDay() {
      return byDay;
    },
    get countries() {
      return countries;
    },
    get isKnown() {
      return rows.current !== undefined && territories.current !== undefined;
    },
    get error() {
      return this.isKnown ? null : (rows.error ?? territories.error);
    },
    closes: (day, country) => isClosed(byDay, day, country ?? null, countries),
    nameOf(day) {
      const found = byDay.get(day);
      if (found === undefined) return null;
      const names = found.map((one) => {
        const name = holidayName(one, reader.locale);
        return countries.size > 1 && one.country !== null ? `${regionName(one.country, reader)}: ${name}` : name;
      });
      return names.join(" · ");
    },
  });
}

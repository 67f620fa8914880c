/** A look at one product on the shelf that is being written down; it may outlast its sheet, where something cannot be saved yet. */
import type { Seen } from "#lib/domain/shelf";
import { type About, isNamed, isTelling, newIn, seenIn, unreadable, writtenOf } from "#lib/domain/shelf-written";
import { reader } from "#lib/i18n";
import { minorDigits } from "#lib/i18n/format";
import type { HalfWritten } from "#lib/shell/half-written.svelte";
import type { Visible } from "#lib/store/visible";

/** What a look is at, and how it is saved: this product's, whatever the screen is about by then. */
export interface LookAt {
  readonly id: string;
  /** Null for a competitor's product that is not in the report yet. */
  readonly check: Visible<"shelf_check"> | null;
  readonly competitor: string;
  readonly currency: string;
  /** Saves what is new; the first of a new check makes it. */
  readonly write: (seen: Seen, isNew: boolean) => Promise<boolean>;
}

export class ShelfLook {
  readonly at: LookAt;
  readonly about: About;
  readonly typed = $state(writtenOf(null, "", 0, "en"));
  readonly wrong = $derived.by(() => unreadable(this.typed, this.about));
  readonly isNameless = $derived.by(() => !isNamed(this.typed, this.about) && isTelling(this.typed));
  /** Something stands here that cannot be saved as it is. */
  readonly isUnsaved = $derived(Object.keys(this.wrong).length > 0 || this.isNameless);
  isMade: boolean;
  #saved: Seen;
  #saving: Promise<void> = Promise.resolve();

  constructor(at: LookAt) {
    const { check, competitor } = at;
    const currency = check?.currency ?? at.currency;
    this.at = at;
    const { locale } = reader;
    this.about = { isOwn: typeof check?.product === "string", currency, digits: minorDigits(currency), locale };
    this.typed = writtenOf(check, competitor, this.about.digits, locale);
    this.#saved = check ?? {};
    this.isMade = check !== null;
  }

  /** Saves what can be, one after the other; `isNamelessToo`: also what has no name yet. */
  keep(isNamelessToo = false): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      const { typed, about } = this;
      const seen = newIn(seenIn(typed, about), this.#saved);
      const isReady = this.isMade || isNamed(typed, about) || (isNamelessToo && isTelling(typed));
      if (!isReady || Object.keys(seen).length === 0 || !(await this.at.write(seen, !this.isMade))) return;
      this.#saved = { ...this.#saved, ...seen };
      this.isMade = true;
    });
    return this.#saving;
  }
}

/** The look that was left unsaved in `place`, or at the check, else a new one. */
export function lookAt(half: HalfWritten, place: string, at: LookAt): ShelfLook {
  const make = () => new ShelfLook(at);
  if (at.check !== null) return half.of(["shelf", at.check.id], make, (left) => left.isUnsaved);
  // What is made by now is in the report, and opened there.
  const look = half.of(["shelf", place, at.competitor], make, (left) => left.isUnsaved && !left.isMade);
  return half.of(["shelf", look.at.id], () => look);
}

import { remember, remembered } from "#lib/browser/remembered";

export type Theme = "system" | "light" | "dark";

const KEY = "routebook.theme"; // static/boot.js reads the same one before the first paint
const GROUND = { light: "#fbfaf7", dark: "#101512" };

const isTheme = (value: unknown): value is Theme => value === "system" || value === "light" || value === "dark";

function recall(): Theme {
  const kept = remembered(KEY);
  return isTheme(kept) ? kept : "system";
}

class ThemeChoice {
  #chosen = $state<Theme>(recall());

  get chosen(): Theme {
    return this.#chosen;
  }

  choose(theme: Theme): void {
    this.#chosen = theme;
    remember(KEY, theme);
    this.apply();
  }

  /** Also follows the system while that is the choice; call once when the app starts. */
  start(): void {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.apply());
    this.apply();
  }

  private apply(): void {
    const dark =
      this.#chosen === "dark" || (this.#chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    const meta = document.querySelector<HTMLMetaElement>('meta[name="theme-color"]');
    if (meta !== null) meta.content = dark ? GROUND.dark : GROUND.light;
  }
}

export const theme = new ThemeChoice();

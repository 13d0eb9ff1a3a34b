/** Light, dark, or as the system has it; the choice is kept where the browser lets it be. */

export type Theme = "auto" | "light" | "dark";

const key = "qjit-theme";

export class ThemeSwitch {
  #theme: Theme = "auto";
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    try {
      const kept = localStorage.getItem(key);
      if (kept === "light" || kept === "dark") this.#theme = kept;
    } catch {
      // A page from a file may have no storage.
    }
    this.#apply();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#apply());
  }

  get dark(): boolean {
    return this.#theme === "dark" || (this.#theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  toggle(): void {
    this.#theme = this.dark ? "light" : "dark";
    try {
      localStorage.setItem(key, this.#theme);
    } catch {
      // The choice then lasts as long as the page.
    }
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.dark ? "dark" : "light";
    this.#changed();
  }
}

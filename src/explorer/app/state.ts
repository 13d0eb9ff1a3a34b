/** What the explorer shows: one small object, and who wants to know when it changes. */

export type Grouping = "flat" | "scope" | "kernel";
export type Colouring = "kind" | "time" | "work";
export type Panel = "value" | "pass" | "model";

export interface View {
  readonly stage: number;
  /** The name of a value, or "group " and a group's key. */
  readonly selected: string | null;
  readonly grouping: Grouping;
  readonly folded: ReadonlySet<string>;
  readonly colouring: Colouring;
  readonly panel: Panel;
  readonly memory: boolean;
  /** Draw what a pass removed, beside what it left. */
  readonly ghosts: boolean;
}

export class Store {
  view: View;
  readonly #listeners: ((view: View, before: View) => void)[] = [];

  constructor(view: View) {
    this.view = view;
  }

  set(change: Partial<View>): void {
    const before = this.view;
    if (Object.entries(change).every(([k, v]) => (before as any)[k] === v)) return;
    this.view = { ...before, ...change };
    for (const listener of this.#listeners) listener(this.view, before);
  }

  /** Calls the listener now and after every change. */
  watch(listener: (view: View, before: View | undefined) => void): void {
    this.#listeners.push(listener);
    listener(this.view, undefined);
  }
}

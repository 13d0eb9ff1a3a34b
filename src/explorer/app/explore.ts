/** The explorer in an element of a page. */
import type { DumpDocument } from "../document.ts";
import { h, percent } from "./dom.ts";
import { GraphView } from "./graph.ts";
import { makeHelp } from "./help.ts";
import { makeMemory } from "./memory.ts";
import { Model } from "./model.ts";
import { graphKey } from "./navigate.ts";
import { families, heatColor } from "./palette.ts";
import { makePanels } from "./panels.ts";
import { makeSearch } from "./search.ts";
import { type Colouring, type Grouping, Store } from "./state.ts";
import { ThemeSwitch } from "./theme.ts";
import { makeTimeline } from "./timeline.ts";

/** What a page may do with an explorer. */
export interface Explorer {
  readonly store: Store;
  readonly graph: GraphView;
  /** Stops listening and empties the element. */
  close(): void;
}

const groupings: readonly { readonly value: Grouping; readonly label: string }[] = [
  { value: "flat", label: "Flat" },
  { value: "scope", label: "Scopes" },
  { value: "kernel", label: "Kernels" },
];
const colourings: readonly { readonly value: Colouring; readonly label: string }[] = [
  { value: "kind", label: "Kind" },
  { value: "time", label: "Time" },
  { value: "work", label: "Work" },
];

/** How a page shows an explorer. */
export interface ExploreOptions {
  /** The page says whose model it is. */
  readonly embedded?: boolean;
}

/** Draws a document into `root`. */
export function explore(document: DumpDocument, root: HTMLElement, options: ExploreOptions = {}): Explorer {
  const model = new Model(document);
  const store = new Store({
    stage: model.lastStage,
    selected: null,
    grouping: "flat",
    folded: new Set(),
    colouring: document.profile ? "time" : "kind",
    panel: "model",
    memory: false,
    ghosts: true,
  });
  const live = h("div", { class: "visually-hidden", "aria-live": "polite" });
  const graph = new GraphView(model, store);
  graph.onAnnounce = (text) => {
    live.textContent = text;
  };
  const memory = makeMemory(model, store);
  const help = makeHelp();
  const theme = new ThemeSwitch(() => {
    graph.recolour();
    memory.recolour();
  });
  const search = makeSearch(model, store, {
    found: (names) => graph.mark(names),
    take: () => {
      graph.focus();
      graph.reveal(true);
    },
  });
  const choices = <T extends string>(
    label: string,
    list: readonly { value: T; label: string }[],
    now: () => T,
    set: (value: T) => void,
    disabled: (value: T) => string | false = () => false,
  ) => {
    const buttons = list.map(({ value, label }) =>
      h(
        "button",
        {
          type: "button",
          disabled: disabled(value) !== false,
          title: disabled(value) || undefined,
          onclick: () => set(value),
        },
        label,
      ),
    );
    store.watch(() => {
      for (const [i, b] of buttons.entries()) b.setAttribute("aria-pressed", String(list[i].value === now()));
    });
    return h(
      "div",
      { class: "choices", role: "group", "aria-label": label },
      h("span", { class: "label" }, label),
      buttons,
    );
  };
  const toggle = (text: string, title: string, key: "memory" | "ghosts") => {
    const button = h(
      "button",
      { type: "button", class: "button", title, onclick: () => store.set({ [key]: !store.view[key] }) },
      text,
    );
    store.watch((view) => button.setAttribute("aria-pressed", String(view[key])));
    return button;
  };
  const setColouring = (colouring: Colouring) => store.set({ colouring });
  const noTime = (value: Colouring) =>
    value === "time" && !document.profile && "The dump has no times: --profile measures them.";
  const element = h(
    "div",
    { class: "explorer" },
    h(
      "header",
      { class: "top" },
      options.embedded
        ? null
        : [
            h("span", { class: "mark-name" }, "qjit"),
            h("h1", { title: document.model.file ?? document.model.name }, document.model.file ?? document.model.name),
          ],
      search.element,
      choices(
        "Group",
        groupings,
        () => store.view.grouping,
        (grouping) => store.set({ grouping, folded: new Set() }),
      ),
      choices("Colour", colourings, () => store.view.colouring, setColouring, noTime),
      toggle("Removed", "Show what a pass removed (x)", "ghosts"),
      toggle("Memory", "Memory plan (m)", "memory"),
      h(
        "button",
        {
          type: "button",
          class: "button icon",
          title: "Light or dark (t)",
          "aria-label": "Light or dark",
          onclick: () => theme.toggle(),
        },
        "◐",
      ),
      h(
        "button",
        {
          type: "button",
          class: "button icon",
          title: "Keys (?)",
          "aria-label": "Keys",
          onclick: () => help.showModal(),
        },
        "?",
      ),
    ),
    makeTimeline(model, store),
    h(
      "main",
      { class: "stage" },
      h("div", { class: "canvas-side" }, graph.element, legend(model, store, theme), zoomButtons(graph)),
      makePanels(model, store),
    ),
    memory.element,
    help,
    live,
  );
  store.watch((view, before) => {
    element.classList.toggle("with-memory", view.memory);
    if (before && view.stage !== before.stage) {
      const { name, rules } = document.stages[view.stage];
      live.textContent = view.stage ? `after ${name}: ${rules.length} rules applied` : "as imported";
    }
    if (before && view.selected !== before.selected && view.selected !== null)
      requestAnimationFrame(() => graph.reveal());
  });
  root.replaceChildren(element);
  const listening = new AbortController();
  const focusPanel = () => element.querySelector<HTMLElement>(".panel-body")?.focus();
  globalThis.addEventListener(
    "keydown",
    (e) => onKey(e, { element, store, graph, theme, help, search, focusPanel, noTime }),
    {
      signal: listening.signal,
    },
  );
  return {
    store,
    graph,
    close() {
      listening.abort();
      root.replaceChildren();
    },
  };
}

interface Parts {
  readonly element: HTMLElement;
  readonly store: Store;
  readonly graph: GraphView;
  readonly theme: ThemeSwitch;
  readonly help: HTMLDialogElement;
  readonly search: { focus(): void };
  readonly focusPanel: () => void;
  readonly noTime: (value: Colouring) => string | false;
}

/** The next of a list of choices, around. */
const after = <T>(list: readonly { value: T }[], value: T): T =>
  list[(list.findIndex((c) => c.value === value) + 1) % list.length].value;

function onKey(e: KeyboardEvent, { element, store, graph, theme, help, search, focusPanel, noTime }: Parts): void {
  if (e.ctrlKey || e.metaKey || e.altKey || help.open) return;
  const target = e.target as HTMLElement;
  if (target.closest("input, textarea, select")) return;
  const outside = target !== document.body && !element.contains(target);
  if (outside || element.offsetParent === null) return;
  const { view } = store;
  const onGraph = target.classList.contains("graph-canvas") || target === document.body;
  if (onGraph && graphKey(graph, e)) {
    e.preventDefault();
    return;
  }
  const stages = Number(element.querySelector(".timeline")!.getAttribute("aria-valuemax"));
  const actions: Record<string, () => void> = {
    "[": () => store.set({ stage: Math.max(0, view.stage - 1), panel: view.selected === null ? "pass" : view.panel }),
    "]": () =>
      store.set({ stage: Math.min(stages, view.stage + 1), panel: view.selected === null ? "pass" : view.panel }),
    "/": () => search.focus(),
    "?": () => help.showModal(),
    "+": () => graph.zoom(1.25),
    "=": () => graph.zoom(1.25),
    "-": () => graph.zoom(0.8),
    f: () => graph.fit(),
    c: () => graph.reveal(true),
    g: () => store.set({ grouping: after(groupings, view.grouping), folded: new Set() }),
    h: () => {
      const next = after(colourings, view.colouring);
      store.set({ colouring: noTime(next) ? after(colourings, next) : next });
    },
    x: () => store.set({ ghosts: !view.ghosts }),
    m: () => store.set({ memory: !view.memory }),
    t: () => theme.toggle(),
    Escape: () => store.set({ selected: null }),
    ...(onGraph ? { Enter: focusPanel } : {}),
  };
  const action = actions[e.key];
  if (!action) return;
  e.preventDefault();
  action();
}

function zoomButtons(graph: GraphView): HTMLElement {
  const button = (text: string, label: string, onclick: () => void) =>
    h("button", { type: "button", class: "button icon", title: label, "aria-label": label, onclick }, text);
  return h(
    "div",
    { class: "zoom" },
    button("+", "Zoom in", () => graph.zoom(1.25)),
    button("−", "Zoom out", () => graph.zoom(0.8)),
    button("⤢", "Show all (f)", () => graph.fit()),
  );
}

/** What the colours mean: families, or the scale of heat; and the marks of changes. */
function legend(model: Model, store: Store, theme: ThemeSwitch): HTMLElement {
  const element = h("div", { class: "legend", "aria-label": "Legend" });
  store.watch((view, before) => {
    if (before && view.colouring === before.colouring && view.stage === before.stage) return;
    const heat = [0, 0.06, 0.25, 0.56, 1].map((s) => heatColor(s, theme.dark)).join(", ");
    element.replaceChildren(
      ...(view.colouring === "kind"
        ? families.map(({ family, label }) => h("span", { class: `key ${family}` }, label))
        : [
            h("span", {}, view.colouring === "time" ? "share of the time" : "share of the multiply-accumulates"),
            h("span", { class: "ramp", style: { background: `linear-gradient(90deg, ${heat})` } }),
            h("span", {}, `0 … ${percent(model.hottest(view.colouring))}`),
          ]),
      ...(view.stage > 0
        ? (["added", "changed", "removed"] as const).map((mark) => h("span", { class: `key ring ${mark}` }, mark))
        : []),
    );
  });
  return element;
}

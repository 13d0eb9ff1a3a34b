/** Search over names, ops, kernels and types of the stage at hand, and names of all others. */
import { typeText } from "../groups.ts";
import { h } from "./dom.ts";
import { familyOf, type Model } from "./model.ts";
import type { Store } from "./state.ts";

const shownResults = 40;

interface Hit {
  readonly name: string;
  readonly op: string;
  readonly family: string;
  readonly note: string;
}

export interface SearchView {
  readonly element: HTMLElement;
  focus(): void;
}

/** `onFound` hears the names that match while the user types, `onTake` the one that was taken. */
export function makeSearch(
  model: Model,
  store: Store,
  on: { found(names: readonly string[]): void; take(name: string): void },
): SearchView {
  const input = h("input", {
    type: "search",
    placeholder: "Search values, ops, kernels",
    "aria-label": "Search",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "hits",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = h("ul", { class: "hits", id: "hits", role: "listbox", "aria-label": "Matches" });
  const element = h("div", { class: "search" }, input, h("kbd", { "aria-hidden": "true" }, "/"), list);
  let hits: Hit[] = [];
  let active = 0;

  const close = () => {
    list.classList.remove("shown");
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (hit: Hit) => {
    store.set({ selected: hit.name, panel: "value" });
    close();
    on.take(hit.name);
  };
  const render = () => {
    list.replaceChildren(
      ...hits.slice(0, shownResults).map((hit, i) =>
        h(
          "li",
          {
            id: `hit-${i}`,
            role: "option",
            "aria-selected": String(i === active),
            onpointerdown: (e: Event) => {
              e.preventDefault();
              take(hit);
            },
          },
          h("span", { class: `badge ${hit.family}` }, hit.op),
          h("span", { class: "hit-name" }, hit.name),
          h("span", { class: "hit-note" }, hit.note),
        ),
      ),
      ...(hits.length > shownResults
        ? [h("li", { class: "more", role: "presentation" }, `${hits.length - shownResults} more`)]
        : []),
      ...(hits.length === 0 ? [h("li", { class: "more", role: "presentation" }, "Nothing matches.")] : []),
    );
    list.classList.add("shown");
    input.setAttribute("aria-expanded", "true");
    if (hits.length) input.setAttribute("aria-activedescendant", `hit-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const update = () => {
    const query = input.value.trim().toLowerCase();
    if (!query) {
      hits = [];
      on.found([]);
      close();
      return;
    }
    hits = find(model, store.view.stage, query);
    active = 0;
    on.found(hits.map((hit) => hit.name));
    render();
  };
  input.addEventListener("input", update);
  input.addEventListener("focus", () => {
    if (input.value) update();
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (e) => {
    e.stopPropagation();
    const count = Math.min(hits.length, shownResults);
    if (e.key === "Escape") {
      input.value = "";
      update();
      input.blur();
    } else if (e.key === "Enter" && hits[active]) take(hits[active]);
    else if ((e.key === "ArrowDown" || e.key === "ArrowUp") && count) {
      e.preventDefault();
      active = (active + (e.key === "ArrowDown" ? 1 : -1) + count) % count;
      render();
    }
  });
  return { element, focus: () => input.select() };
}

/** Every word of the query stands in the name, op, kernel, type or source. Names that begin with it come first. */
function find(model: Model, stage: number, query: string): Hit[] {
  const words = query.split(/\s+/);
  const hits: (Hit & { rank: number })[] = [];
  const seen = new Set<string>();
  const order = [stage, ...model.document.stages.keys()].filter((s, i, all) => all.indexOf(s) === i);
  for (const s of order) {
    for (const node of model.stage(s).nodes) {
      if (seen.has(node.name)) continue;
      seen.add(node.name);
      const kernel = model.steps.get(node.name)?.kernel ?? "";
      const name = node.name.toLowerCase();
      const text = `${name} ${node.op} ${kernel} ${typeText(node, model.document)} ${node.source ?? ""}`.toLowerCase();
      if (!words.every((w) => text.includes(w))) continue;
      const rank = (s === stage ? 0 : 4) + (node.constant === null ? 0 : 2) + (name.startsWith(query) ? 0 : 1);
      const note = s === stage ? kernel : s < stage ? "gone by now" : `from ${model.document.stages[s].name} on`;
      hits.push({ name: node.name, op: node.op, family: familyOf(node), note, rank });
    }
  }
  return hits.sort((a, b) => a.rank - b.rank);
}

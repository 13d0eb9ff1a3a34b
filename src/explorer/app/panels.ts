/** The side panel: the selected value, the pass at hand, the model as a whole. */
import { type Changes, groupByKernel, groupByScope } from "../groups.ts";
import { details, link } from "./details.ts";
import { bytesText, countText, h, percent, timeText } from "./dom.ts";
import type { Model } from "./model.ts";
import { shorten } from "./scene.ts";
import type { Panel, Store } from "./state.ts";
import { rows, section } from "./values.ts";

const tabs: readonly { readonly panel: Panel; readonly label: string }[] = [
  { panel: "value", label: "Value" },
  { panel: "pass", label: "Pass" },
  { panel: "model", label: "Model" },
];

export function makePanels(model: Model, store: Store): HTMLElement {
  const body = h("div", { class: "panel-body", role: "tabpanel", tabindex: 0, id: "panel" });
  const buttons = tabs.map(({ panel, label }) =>
    h(
      "button",
      { role: "tab", id: `tab-${panel}`, "aria-controls": "panel", onclick: () => store.set({ panel }) },
      label,
    ),
  );
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": "Details" }, buttons);
  list.addEventListener("keydown", (e) => {
    const move = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (!move) return;
    e.preventDefault();
    e.stopPropagation();
    const at = tabs.findIndex((t) => t.panel === store.view.panel);
    const next = (at + move + tabs.length) % tabs.length;
    store.set({ panel: tabs[next].panel });
    buttons[next].focus();
  });
  store.watch((view, before) => {
    for (const [i, { panel }] of tabs.entries()) {
      buttons[i].setAttribute("aria-selected", String(panel === view.panel));
      buttons[i].tabIndex = panel === view.panel ? 0 : -1;
    }
    body.setAttribute("aria-labelledby", `tab-${view.panel}`);
    if (
      before &&
      view.panel === before.panel &&
      view.selected === before.selected &&
      view.stage === before.stage &&
      view.grouping === before.grouping
    )
      return;
    const keep = before && view.panel === before.panel && view.selected === before.selected ? body.scrollTop : 0;
    body.replaceChildren(content(model, store));
    body.scrollTop = keep;
  });
  return h("aside", { class: "panel", "aria-label": "Details" }, list, body);
}

function content(model: Model, store: Store): HTMLElement {
  const { panel, selected } = store.view;
  if (panel === "pass") return pass(model, store);
  if (panel === "model") return summary(model, store);
  if (selected === null)
    return h(
      "p",
      { class: "hint" },
      "Nothing is selected. Click a value in the graph, or press / and type part of its name.",
    );
  return selected.startsWith("group ") ? group(model, store, selected.slice(6)) : details(model, store, selected);
}

function pass(model: Model, store: Store): HTMLElement {
  const { stage } = store.view;
  const { name, doc, rules, nodes } = model.document.stages[stage];
  const { changes } = model.stage(stage);
  const counts = new Map<string, number>();
  for (const { rule } of rules) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const before = stage ? model.stage(stage - 1).nodes.length : 0;
  const after = model.stage(stage).nodes.length;
  return h(
    "div",
    { class: "details" },
    h(
      "header",
      {},
      h("span", { class: "badge pass" }, stage ? `pass ${stage} of ${model.lastStage}` : "import"),
      h("h2", {}, name),
      h("p", {}, doc),
    ),
    stage === 0
      ? rows([["nodes", String(after)]])
      : nodes === null
        ? h("p", { class: "hint" }, "Nothing to do in this model: the graph stands as it was.")
        : [
            rows([["nodes", `${before} → ${after}`]]),
            h(
              "ul",
              { class: "marks" },
              (["added", "changed", "removed"] as const).map((mark) =>
                h("li", { class: mark }, `${changes[mark].size} ${mark}`),
              ),
            ),
          ],
    rules.length
      ? section(
          `Applied rules, ${rules.length}`,
          h(
            "ul",
            { class: "counts" },
            [...counts].map(([rule, n]) => h("li", {}, h("code", {}, rule), h("span", {}, `${n} ×`))),
          ),
          longList(rules, (r) => h("li", {}, h("code", {}, r.rule), " at ", link(store, r.at))),
        )
      : null,
    stage ? changedValues(changes, store) : null,
  );
}

function changedValues(changes: Changes, store: Store): HTMLElement[] {
  return (["added", "changed", "removed"] as const)
    .filter((mark) => changes[mark].size)
    .map((mark) =>
      section(
        `${mark[0].toUpperCase()}${mark.slice(1)}, ${changes[mark].size}`,
        longList([...changes[mark]], (name) => h("li", { class: `mark ${mark}` }, link(store, name))),
      ),
    );
}

/** A list of which the first hundred are shown, and the rest on request. */
function longList<T>(items: readonly T[], row: (item: T) => HTMLElement, shown = 100): HTMLElement {
  const list = h("ul", { class: "plain" }, items.slice(0, shown).map(row));
  if (items.length > shown) {
    const more = h(
      "li",
      {},
      h(
        "button",
        { class: "link", onclick: () => more.replaceWith(...items.slice(shown).map(row)) },
        `${items.length - shown} more`,
      ),
    );
    list.append(more);
  }
  return list;
}

function group(model: Model, store: Store, key: string): HTMLElement {
  const { stage, grouping } = store.view;
  const { nodes } = model.stage(stage);
  const root = grouping === "kernel" ? groupByKernel(model.document, nodes) : groupByScope(nodes);
  const find = (g: typeof root): typeof root | undefined => (g.key === key ? g : g.groups.map(find).find(Boolean));
  const found = find(root);
  if (!found) return h("p", { class: "hint" }, "This stage has no such group.");
  const all = (g: typeof root): string[] => [...g.nodes.map((n) => n.name), ...g.groups.flatMap(all)];
  const names = all(found).filter((n) => model.stage(stage).byName.get(n)!.constant === null);
  const macs = names.reduce((sum, n) => sum + model.stage(stage).byName.get(n)!.macs, 0);
  const time = names.reduce((sum, n) => sum + (model.time(n)?.share ?? 0), 0);
  return h(
    "div",
    { class: "details" },
    h(
      "header",
      {},
      h("span", { class: "badge pass" }, grouping === "kernel" ? "kernel" : "scope"),
      h("h2", {}, found.label),
    ),
    rows([
      ["values", String(names.length)],
      ["work", macs ? `${countText(macs)} MACs` : null],
      ["time", time ? percent(time) : null],
    ]),
    section(
      "Values",
      longList(names, (n) => h("li", {}, link(store, n))),
    ),
  );
}

function summary(model: Model, store: Store): HTMLElement {
  const { model: about, plan, profile, warnings, stages } = model.document;
  const last = model.stage(model.lastStage);
  const first = model.stage(0);
  const constants = new Set(last.nodes.flatMap((n) => (n.constant === null ? [] : [n.constant])));
  const bytes = [...constants].reduce((sum, c) => sum + model.document.constants[c].bytes, 0);
  const macs = last.nodes.reduce((sum, n) => sum + n.macs, 0);
  const ops = new Map<string, number>();
  for (const n of last.nodes) if (n.kind !== "source") ops.set(n.op, (ops.get(n.op) ?? 0) + 1);
  const slowest = (plan?.steps ?? [])
    .map((s, i) => ({ s, share: profile ? profile.steps[i].share : model.work(s.name), ms: profile?.steps[i].ms }))
    .sort((a, b) => b.share - a.share)
    .slice(0, 12)
    .filter((x) => x.share > 0);
  const total = profile?.steps.reduce((sum, s) => sum + s.ms, 0);
  return h(
    "div",
    { class: "details" },
    h(
      "header",
      {},
      h("span", { class: "badge pass" }, "model"),
      h("h2", {}, about.name),
      about.file ? h("p", { class: "source" }, about.file) : null,
    ),
    rows([
      ["arithmetic", about.meta.profile ?? null],
      ["operations", `${count(first)} imported, ${count(last)} after ${stages.length - 1} passes`],
      ["work", macs ? `${countText(macs)} MACs` : null],
      ["constants", bytesText(bytes)],
      ["target", plan ? `WebAssembly ${plan.level}` : null],
      ["arena", plan ? bytesText(plan.arena.bytes) : null],
      ["packed constants", plan ? bytesText(plan.constantBytes) : null],
      [
        "kernels",
        plan ? `${new Set(plan.steps.map((s) => s.function)).size} functions for ${plan.steps.length} steps` : null,
      ],
      ["measured", profile && total ? `${timeText(total)} a run, ${profile.runs} runs, ${profile.engine}` : null],
    ]),
    slowest.length
      ? section(
          profile ? "Where the time goes" : "Where the work is",
          h(
            "ol",
            { class: "slowest" },
            slowest.map(({ s, share, ms }) =>
              h(
                "li",
                {},
                h("div", { class: "meter" }, h("span", { style: { width: `${(100 * share) / slowest[0].share}%` } })),
                link(store, s.name, shorten(s.name, 40)),
                h("span", { class: "number" }, `${percent(share)}${ms === undefined ? "" : `, ${timeText(ms)}`}`),
                h("code", {}, s.kernel),
              ),
            ),
          ),
          profile ? null : h("p", { class: "hint" }, "By multiply-accumulates. With --profile the dump measures time."),
        )
      : null,
    section(
      "Operations",
      h(
        "ul",
        { class: "counts" },
        [...ops].sort((a, b) => b[1] - a[1]).map(([op, n]) => h("li", {}, h("code", {}, op), h("span", {}, String(n)))),
      ),
    ),
    warnings.length
      ? section(
          "Warnings",
          h(
            "ul",
            { class: "plain" },
            warnings.map((w) => h("li", {}, w)),
          ),
        )
      : null,
  );
}

const count = (stage: { nodes: readonly { kind: string }[] }) => stage.nodes.filter((n) => n.kind !== "source").length;

/** All that is known of a value: its type and quantizer, its operands, what the passes did to it, the kernel that computes it. */
import type { DumpNode, StepInfo } from "../document.ts";
import { typeText } from "../groups.ts";
import { attributesOf, changeOf } from "./attributes.ts";
import { byChannel, parts } from "./charts.ts";
import { bytesText, countText, digits, h, percent, timeText } from "./dom.ts";
import { familyOf, type Model } from "./model.ts";
import type { Store } from "./state.ts";
import { constantOf, quantizerOf, rows, section } from "./values.ts";

/** A button that selects a value. */
export const link = (store: Store, name: string, text = name): HTMLElement =>
  h("button", { class: "link", title: name, onclick: () => store.set({ selected: name, panel: "value" }) }, text);

export function details(model: Model, store: Store, name: string): HTMLElement {
  const { stage } = store.view;
  const found = model.find(name, stage);
  if (!found) return h("p", { class: "hint" }, "No stage has a value of this name.");
  const { node } = found;
  const shown = model.document.stages[found.stage];
  return h(
    "div",
    { class: "details" },
    h(
      "header",
      {},
      h("span", { class: `badge ${familyOf(node)}` }, node.op),
      h("h2", {}, node.name),
      h("code", { class: "type" }, typeText(node, model.document)),
      node.source ? h("p", { class: "source" }, node.source) : null,
      model.stage(stage).byName.has(name) ? null : fate(model, store, name, shown.name),
    ),
    changeOf(model, name, stage),
    timeOf(model, name),
    kernelOf(model, store, name),
    resultOf(model, node),
    node.constant === null ? null : section("Stored values", constantOf(model.document.constants[node.constant], node)),
    operandsOf(model, store, node, found.stage),
    attributesOf(model, node),
    historyOf(model, store, name),
  );
}

/** Why a value is not in the stage that is shown. */
function fate(model: Model, store: Store, name: string, last: string): HTMLElement {
  const gone = model.history(name).find((e) => e.what === "removed" && e.stage <= store.view.stage);
  const heir = model.heir(name);
  if (!gone) return h("p", { class: "notice" }, `Not there yet: ${last} makes it.`);
  const { name: pass, rules } = model.document.stages[gone.stage];
  const own = gone.rules.length ? gone.rules : rules.filter((r) => r.at === heir).map((r) => r.rule);
  return h(
    "p",
    { class: "notice" },
    `Taken away by ${pass}${own.length ? ` (${[...new Set(own)].join(", ")})` : ""}.`,
    heir && heir !== name ? [" Its work is done in ", link(store, heir), "."] : null,
  );
}

function timeOf(model: Model, name: string): HTMLElement | null {
  const time = model.time(name);
  if (!time) return null;
  const node = model.stage(model.lastStage).byName.get(name);
  return section(
    "Time",
    h("div", { class: "meter" }, h("span", { style: { width: `${Math.max(0.5, 100 * time.share)}%` } })),
    rows([
      ["share", percent(time.share)],
      ["median", timeText(time.ms)],
      ["rate", node?.macs && time.ms ? `${digits(node.macs / time.ms / 1e6, 3)} GMAC/s` : null],
    ]),
  );
}

function kernelOf(model: Model, store: Store, name: string): HTMLElement | null {
  const heir = model.heir(name);
  const step = heir === undefined ? undefined : model.steps.get(heir);
  if (!step) return null;
  const { plan } = model.document;
  const same = plan!.steps.filter((s) => s.function === step.function).length;
  return section(
    "Kernel",
    h("code", { class: "kernel" }, step.kernel),
    heir === name ? null : h("p", { class: "hint" }, "Computed as part of ", link(store, heir!), "."),
    rows([
      ["step", `${step.index + 1} of ${plan!.steps.length}`],
      ["tile", step.tile],
      ["function", same > 1 ? `shared by ${same} steps` : "its own"],
      ["result", `${bytesText(step.result.bytes)} at ${step.result.at.toLocaleString("en")}`],
      ["constants", step.constants.length ? bytesText(step.constants.reduce((sum, r) => sum + r.bytes, 0)) : null],
      ["scratch", step.scratch ? bytesText(step.scratch.bytes) : null],
    ]),
    whyOf(step),
  );
}

function whyOf({ kernel, why }: StepInfo): HTMLElement[] {
  const { cost, others, rounding } = why;
  const list = [{ kernel, applies: true, cost }, ...others].sort(
    (a, b) => Number(b.applies) - Number(a.applies) || (a.cost ?? 0) - (b.cost ?? 0),
  );
  const applying = list.filter((k) => k.applies).length;
  const result: HTMLElement[] = [];
  if (others.length) {
    result.push(
      h(
        "details",
        { class: "why" },
        h("summary", {}, `Why: cheapest of ${applying} that apply, ${list.length} in the table`),
        h(
          "ul",
          {},
          list.map((k) =>
            h(
              "li",
              { class: k.kernel === kernel ? "taken" : k.applies ? "" : "not" },
              h("code", {}, k.kernel),
              h(
                "span",
                { title: k.cost === null ? undefined : `expected cost ${digits(k.cost, 3)}` },
                costText(k, cost),
              ),
            ),
          ),
        ),
      ),
    );
  }
  if (rounding) {
    result.push(
      h("h4", {}, "Rounding, by output channel"),
      parts([
        { label: "f32", value: rounding.f32, class: "good" },
        { label: "f64", value: rounding.f64, class: "fair" },
        { label: "exact integers", value: rounding.exact, class: "slow" },
      ]),
      h(
        "p",
        { class: "hint" },
        rounding.exact
          ? "f32 and f64 are formulas proved equal to the named rule on every reachable sum; for the rest no proof was found, so the rule itself is computed."
          : "Formulas proved equal to the named rule on every reachable sum.",
      ),
    );
  }
  return result;
}

/** A kernel's expected cost as a multiple of the one that was taken. */
function costText(k: { applies: boolean; cost: number | null }, taken: number | null): string {
  if (!k.applies) return "does not apply";
  if (k.cost === null || !taken) return "";
  const times = k.cost / taken;
  return times > 1000 ? "last resort" : `${digits(times, 2)}×`;
}

function resultOf(model: Model, node: DumpNode): HTMLElement {
  const elements = node.shape.reduce((a, b) => a * b, 1);
  return section(
    "Result",
    rows([
      ["shape", node.shape.length ? node.shape.join(" × ") : "scalar"],
      ["stored as", node.dtype],
      ["size", `${countText(elements)} elements, ${bytesText(node.bytes)}`],
      ["work", node.macs ? `${countText(node.macs)} MACs` : null],
    ]),
    node.quantizer
      ? quantizerOf(model, node.quantizer, node.dtype)
      : h("p", { class: "hint" }, "Plain numbers: no quantizer."),
  );
}

function operandsOf(model: Model, store: Store, node: DumpNode, stage: number): HTMLElement | null {
  const { byName, users } = model.stage(stage);
  const slots = Object.entries(node.operands).flatMap(([slot, o]) =>
    o === null ? [] : ([o].flat() as string[]).map((name) => ({ slot, node: byName.get(name)! })),
  );
  const readers = [...new Set(users.get(node.name) ?? [])];
  if (!slots.length && !readers.length) return null;
  return section(
    "Operands and readers",
    h(
      "ul",
      { class: "operands" },
      slots.map(({ slot, node: o }) => {
        const head = [
          h("span", { class: "slot" }, slot),
          link(store, o.name),
          h("code", {}, typeText(o, model.document)),
        ];
        if (o.constant === null) return h("li", {}, head);
        const channels =
          o.quantizer && "channels" in o.quantizer && o.quantizer.scheme === "per_channel_affine" ? o.quantizer : null;
        const info = model.document.constants[o.constant];
        return h(
          "li",
          {},
          head,
          info.elements > 8
            ? h(
                "details",
                { open: slot === "w" },
                h("summary", {}, `${countText(info.elements)} constants`),
                constantOf(info, o),
                channels
                  ? [
                      h("h4", {}, "Scales by channel"),
                      byChannel(model.document.channels[channels.channels].scales, `scales of ${o.name}`),
                    ]
                  : null,
              )
            : null,
        );
      }),
      readers.map((r) => h("li", {}, h("span", { class: "slot" }, "read by"), link(store, r))),
    ),
  );
}

function historyOf(model: Model, store: Store, name: string): HTMLElement | null {
  const entries = model.history(name);
  if (!entries.length) return null;
  return section(
    "Over the passes",
    h(
      "ol",
      { class: "history" },
      entries.map((e) =>
        h(
          "li",
          { class: e.what },
          h(
            "button",
            { class: "link", onclick: () => store.set({ stage: e.stage }) },
            model.document.stages[e.stage].name,
          ),
          h("span", { class: "what" }, e.what === "rule" ? "" : e.what),
          e.rules.length ? h("code", {}, e.rules.join(", ")) : null,
        ),
      ),
    ),
  );
}

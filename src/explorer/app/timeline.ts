/** The slider over the passes: a stop for each stage, with a bar for how many rules the pass applied. */
import { h } from "./dom.ts";
import type { Model } from "./model.ts";
import type { Store } from "./state.ts";

export function makeTimeline(model: Model, store: Store): HTMLElement {
  const { stages } = model.document;
  const most = Math.max(1, ...stages.map((s) => s.rules.length));
  const stops = stages.map((stage, i) => {
    const count = stage.rules.length;
    const still = i > 0 && stage.nodes === null;
    return h(
      "div",
      {
        class: `stop${still ? " still" : ""}`,
        title: `${stage.name}: ${stage.doc}${i ? ` ${count} ${count === 1 ? "rule" : "rules"} applied.` : ""}`,
        onclick: () => store.set({ stage: i, panel: "pass" }),
      },
      h("span", { class: "bar", style: { height: `${count ? 4 + 18 * Math.sqrt(count / most) : 0}px` } }),
      h("span", { class: "dot" }),
      h("span", { class: "name" }, stage.name),
      h("span", { class: "count" }, i === 0 ? `${model.stage(0).nodes.length} nodes` : count ? `${count} ×` : "–"),
    );
  });
  const slider = h(
    "div",
    {
      class: "timeline",
      role: "slider",
      tabindex: 0,
      "aria-label": "Passes",
      "aria-valuemin": 0,
      "aria-valuemax": stages.length - 1,
      "aria-orientation": "horizontal",
    },
    stops,
  );
  const to = (stage: number) => store.set({ stage: Math.max(0, Math.min(stages.length - 1, stage)), panel: "pass" });
  slider.addEventListener("keydown", (e) => {
    const { stage } = store.view;
    const keys: Record<string, number> = {
      ArrowLeft: stage - 1,
      ArrowDown: stage - 1,
      ArrowRight: stage + 1,
      ArrowUp: stage + 1,
      Home: 0,
      End: stages.length - 1,
    };
    if (!(e.key in keys)) return;
    e.preventDefault();
    e.stopPropagation();
    to(keys[e.key]);
  });
  const stopAt = (x: number) => stops.findIndex((s) => x < s.getBoundingClientRect().right);
  slider.addEventListener("pointerdown", (e) => {
    slider.setPointerCapture(e.pointerId);
    const i = stopAt(e.clientX);
    to(i < 0 ? stages.length - 1 : i);
  });
  slider.addEventListener("pointermove", (e) => {
    if (!(e.buttons & 1) || !slider.hasPointerCapture(e.pointerId)) return;
    const i = stopAt(e.clientX);
    to(i < 0 ? stages.length - 1 : i);
  });
  store.watch(({ stage }) => {
    for (const [i, stop] of stops.entries()) {
      stop.classList.toggle("current", i === stage);
      stop.classList.toggle("past", i < stage);
    }
    slider.setAttribute("aria-valuenow", String(stage));
    const { name, rules } = stages[stage];
    slider.setAttribute("aria-valuetext", stage ? `after ${name}, ${rules.length} rules applied` : "as imported");
  });
  return slider;
}

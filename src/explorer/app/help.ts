/** What the keys do, as a dialog. */
import { h } from "./dom.ts";

const keys: readonly (readonly [string, string])[] = [
  ["[  ]", "the pass before, the next one"],
  ["↑ ↓", "to the operand, to the reader"],
  ["← →", "to the box beside"],
  ["Enter", "details of the selection"],
  ["Space", "fold or unfold the group"],
  ["Home  End", "the first value, the last"],
  ["/", "search"],
  ["+  −", "zoom"],
  ["f", "show all"],
  ["c", "center the selection"],
  ["g", "group: flat, scopes, kernels"],
  ["h", "colour: kind, time, work"],
  ["x", "show or hide what a pass removed"],
  ["m", "memory plan"],
  ["t", "light or dark"],
  ["Esc", "let go of the selection"],
  ["?", "this list"],
];

export function makeHelp(): HTMLDialogElement {
  const dialog = h(
    "dialog",
    { class: "help", "aria-label": "Keys" },
    h("h2", {}, "Keys"),
    h(
      "dl",
      {},
      keys.map(([k, text]) => [
        h(
          "dt",
          {},
          k.split("  ").map((one) => h("kbd", {}, one)),
        ),
        h("dd", {}, text),
      ]),
    ),
    h("p", { class: "hint" }, "Drag to move, scroll or pinch to zoom. A click on a selected group folds it."),
    h("form", { method: "dialog" }, h("button", { class: "button" }, "Close")),
  );
  return dialog;
}

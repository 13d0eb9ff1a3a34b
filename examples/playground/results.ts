/** What came out: the best five of a classifier, the first numbers of anything else. */
import { digits, h } from "../../src/explorer/app/dom.ts";
import { printType } from "../../src/ir/print.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import type { PortInfo, Ran } from "./messages.ts";

const best = 5;

export function results(
  ports: readonly PortInfo[],
  { outputs, ms, equal }: Ran,
  labels: readonly string[],
  levels: number,
): HTMLElement {
  return h(
    "div",
    { class: "results" },
    ports.map((port, i) => output(port, outputs[i], labels)),
    h(
      "p",
      { class: "hint" },
      `${ms < 0.1 ? "less than 0.1" : ms.toFixed(ms < 10 ? 2 : 1)} ms`,
      levels > 1
        ? equal
          ? `, the same integers at all ${levels} levels.`
          : ". THE LEVELS DIFFER: please report this."
        : ".",
    ),
  );
}

function output(port: PortInfo, data: TypedArray, labels: readonly string[]): HTMLElement {
  const { type, name } = port;
  const q = type.quant?.kind === "tensor" ? type.quant : undefined;
  const real = (v: number) => (q ? q.scale * (v - q.zero) : v);
  const head = h("h3", {}, name, " ", h("code", {}, printType(type)));
  const classes = type.shape[type.shape.length - 1] ?? 1;
  const vector = data.length === classes && classes > 1;
  if (!vector) {
    const first = Array.from({ length: Math.min(12, data.length) }, (_, i) => digits(real(Number(data[i])), 4));
    return h(
      "section",
      {},
      head,
      h("p", {}, h("code", {}, first.join("  "), data.length > 12 ? ` … ${data.length} in all` : "")),
    );
  }
  const order = Array.from(data as Int8Array, (_, i) => i).sort((a, b) => Number(data[b]) - Number(data[a]) || a - b);
  const top = order.slice(0, best);
  const reals = Array.from(data as Int8Array, (v) => real(Number(v)));
  const [low, high] = [Math.min(...reals), Math.max(...reals)];
  return h(
    "section",
    {},
    head,
    h(
      "ol",
      { class: "top", "aria-label": `Best ${top.length} of ${classes}` },
      top.map((i) =>
        h(
          "li",
          {},
          h("span", { class: "class" }, labels[i] ?? String(i)),
          h(
            "span",
            { class: "meter", "aria-hidden": "true" },
            h("span", { style: { width: `${high > low ? (100 * (reals[i] - low)) / (high - low) : 0}%` } }),
          ),
          h("span", { class: "number" }, digits(reals[i], 4), q ? h("small", {}, ` (${data[i]})`) : null),
        ),
      ),
    ),
  );
}

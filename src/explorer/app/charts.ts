/** Small charts as SVG: histograms and values by channel. Each says in words what it shows. */
import { countText, digits, h, svg } from "./dom.ts";

const [width, height] = [296, 72];

/** Bars over equal bins. */
export function histogram(
  { from, to, counts }: { from: number; to: number; counts: readonly number[] },
  label: string,
): HTMLElement {
  const most = Math.max(...counts);
  const w = width / counts.length;
  const bin = (i: number) => from + ((to - from) * i) / Math.max(1, counts.length - 1);
  const bars = counts.map((c, i) =>
    c
      ? svg(
          "rect",
          {
            x: i * w,
            y: height - 1 - (c / most) * (height - 6),
            width: Math.max(0.6, w - (w > 3 ? 1 : 0)),
            height: (c / most) * (height - 6),
            class: "bar",
          },
          svg("title", {}, `${digits(bin(i), 4)}: ${countText(c)}`),
        )
      : null,
  );
  const zero = from < 0 && to > 0 ? ((0 - from) / (to - from)) * width : null;
  return figure(
    `${label}, histogram from ${digits(from, 4)} to ${digits(to, 4)}, highest bin ${most}`,
    [bars, zero === null ? null : svg("line", { x1: zero, x2: zero, y1: 0, y2: height, class: "zero" })],
    [digits(from, 4), zero !== null && zero > 40 && zero < width - 60 ? "0" : "", digits(to, 4)],
    zero === null ? 0.5 : zero / width,
  );
}

/** A value for each channel: bars from zero, so that outliers are seen. Many channels share bars; each then shows its largest. */
export function byChannel(values: readonly number[], label: string, unit = ""): HTMLElement {
  const bars = Math.min(values.length, 148);
  const per = values.length / bars;
  const shown = Array.from({ length: bars }, (_, i) => {
    const part = values.slice(Math.floor(i * per), Math.max(Math.floor(i * per) + 1, Math.floor((i + 1) * per)));
    return part.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  });
  const [lo, hi] = [Math.min(0, ...values), Math.max(0, ...values)];
  const span = hi - lo || 1;
  const y = (v: number) => 3 + ((hi - v) / span) * (height - 6);
  const w = width / bars;
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return figure(
    `${label} of ${values.length} channels, from ${digits(min, 4)} to ${digits(max, 4)}`,
    shown.map((v, i) =>
      svg(
        "rect",
        {
          x: i * w,
          y: Math.min(y(v), y(0)),
          width: Math.max(0.6, w - (w > 3 ? 1 : 0)),
          height: Math.max(0.8, Math.abs(y(v) - y(0))),
          class: "bar",
        },
        svg("title", {}, `channel ${Math.floor(i * per)}: ${digits(v, 6)}${unit}`),
      ),
    ),
    [
      "channel 0",
      `${digits(min, 3)} … ${digits(max, 3)}${max && min > 0 ? `, ${digits(max / min, 3)}×` : ""}`,
      String(values.length - 1),
    ],
    0.5,
  );
}

function figure(
  label: string,
  content: (SVGElement | null | (SVGElement | null)[])[],
  axis: readonly [string, string, string],
  middle: number,
): HTMLElement {
  return h(
    "figure",
    { class: "chart" },
    svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, preserveAspectRatio: "none" },
      content as never,
    ),
    h(
      "figcaption",
      { "aria-hidden": "true" },
      h("span", {}, axis[0]),
      axis[1] ? h("span", { class: "middle", style: { left: `${(100 * middle).toFixed(1)}%` } }, axis[1]) : null,
      h("span", {}, axis[2]),
    ),
  );
}

/** Parts of a whole side by side, each with its word. */
export function parts(list: readonly { label: string; value: number; class: string }[]): HTMLElement {
  const total = list.reduce((sum, p) => sum + p.value, 0) || 1;
  const some = list.filter((p) => p.value > 0);
  return h(
    "div",
    { class: "parts" },
    h(
      "div",
      { class: "track", "aria-hidden": "true" },
      some.map((p) => h("span", { class: p.class, style: { width: `${(100 * p.value) / total}%` } })),
    ),
    h(
      "div",
      { class: "keys" },
      some.map((p) => h("span", { class: `key ${p.class}` }, `${p.label} ${p.value.toLocaleString("en")}`)),
    ),
  );
}

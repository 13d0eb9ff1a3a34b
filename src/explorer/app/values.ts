/** Quantizers and stored values as rows and charts. */
import type { ConstantInfo, DumpNode, QuantizerInfo } from "../document.ts";
import { byChannel, histogram } from "./charts.ts";
import { countText, digits, h, percent } from "./dom.ts";
import type { Model } from "./model.ts";

type Content = Node | null | readonly (Node | null)[];

export const section = (title: string, ...content: Content[]): HTMLElement =>
  h("section", {}, h("h3", {}, title), content as never);

/** Rows of a name and a value; rows without a value are left out. */
export const rows = (list: readonly (readonly [string, string | Node | null | undefined])[]): HTMLElement =>
  h(
    "dl",
    {},
    list.filter(([, v]) => v !== null && v !== undefined && v !== "").map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]),
  );

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  i8: [-128, 127],
  u8: [0, 255],
  i16: [-32768, 32767],
  u16: [0, 65535],
};

export function quantizerOf(model: Model, q: QuantizerInfo, dtype: string): HTMLElement[] {
  if (q.scheme === "per_tensor_affine") {
    const range = ranges[dtype];
    return [
      h("h4", {}, "Quantizer, per tensor"),
      rows([
        ["scale", h("code", {}, String(q.scale))],
        ["zero point", h("code", {}, String(q.zeroPoint))],
        ["real range", range ? range.map((v) => digits(q.scale * (v - q.zeroPoint), 4)).join(" … ") : null],
      ]),
    ];
  }
  if (q.scheme === "product" && !("channels" in q)) {
    return [
      h("h4", {}, "Quantizer of exact sums"),
      rows([
        ["scale", h("code", {}, `${digits(q.factors[0], 6)} × ${digits(q.factors[1], 6)}`)],
        ["zero point", h("code", {}, "0")],
      ]),
    ];
  }
  const c = model.document.channels[q.channels];
  const zeros = c.zeroPoints.some((z) => z !== 0);
  return [
    h("h4", {}, q.scheme === "product" ? "Quantizer of exact sums, per channel" : "Quantizer, per channel"),
    rows([
      ["scales", h("code", {}, `#${c.name}`)],
      ["axis", String(q.axis)],
      ["times", q.scheme === "product" ? h("code", {}, digits(q.factors[0], 6)) : null],
      ["zero points", zeros ? null : "all 0"],
    ]),
    byChannel(c.scales, `scales of ${c.name}`),
    ...(zeros ? [byChannel(c.zeroPoints, `zero points of ${c.name}`)] : []),
  ];
}

export function constantOf(c: ConstantInfo, node: DumpNode): HTMLElement[] {
  const range = ranges[node.dtype];
  const used = range && c.min !== null && c.max !== null ? (c.max - c.min + 1) / (range[1] - range[0] + 1) : null;
  return [
    ...(c.histogram && c.elements > 1 ? [histogram(c.histogram, `stored values of ${node.name}`)] : []),
    rows([
      ["values", Array.isArray(c.values) ? h("code", {}, c.values.join(", ")) : null],
      [
        "range",
        c.min === null
          ? "nothing finite"
          : `${digits(c.min, 6)} … ${digits(c.max!, 6)}${used !== null ? `, ${percent(used)} of ${node.dtype}` : ""}`,
      ],
      ["mean", c.mean === null || c.elements < 2 ? null : `${digits(c.mean, 4)} ± ${digits(c.deviation!, 4)}`],
      [
        "zeros",
        c.elements > 1
          ? `${countText(c.zeros)} of ${countText(c.elements)} (${percent(c.zeros / Math.max(1, c.elements))})`
          : null,
      ],
      ["distinct", c.elements > 1 ? (c.distinct > 256 ? "more than 256" : String(c.distinct)) : null],
      ["not finite", c.notFinite ? String(c.notFinite) : null],
    ]),
  ];
}

/** Which value of one model is which of another: by name, and where names differ by order, operator and shape. */
import { sameShape } from "../ir/type.ts";
import type { LayerPoint } from "./layer-values.ts";

/** Two values that are meant to be the same. */
export interface LayerPair {
  readonly a: LayerPoint;
  readonly b: LayerPoint;
  readonly by: "name" | "position";
}

/** The pairs in the order of the first model, and what found no partner. */
export interface LayerMatch {
  readonly pairs: readonly LayerPair[];
  readonly unmatchedA: readonly LayerPoint[];
  readonly unmatchedB: readonly LayerPoint[];
}

/** A name without what quantizing a model appends to it; of several joined with `;` the first, which names the result. */
const plainName = (name: string): string =>
  name
    .split(";")[0]
    .replace(/\.\d+$/, "")
    .replace(/(?:[_/](?:int8|uint8|int16|quantized|quant|dequantized|dequant|QuantizeLinear\w*))+(?=$|\d*$)/i, "")
    .replace(/_output_\d+$/, "");

/** Operators that only change how a value is stored: they have no partner in a float model. */
export const isConversion = ({ group }: LayerPoint): boolean =>
  group.nodes.every(({ op }) => conversions.has(op.name) || op.kind === "source");
const conversions = new Set(["quantize", "dequantize", "requantize", "cast"]);

/** `QLinearConv` and `Conv` are one operator here; what stands in parentheses is how it is written in the file. */
const plainOp = (op: string): string => op.replace(/^QLinear|^com\.microsoft\./g, "").toLowerCase();

/** Pairs the values of two models. Each has one partner at most, of the same shape. */
export function matchLayers(a: readonly LayerPoint[], b: readonly LayerPoint[]): LayerMatch {
  const partner = new Map<LayerPoint, LayerPair>();
  const taken = new Set<LayerPoint>();
  const pair = (x: LayerPoint, y: LayerPoint, by: LayerPair["by"]) => {
    partner.set(x, { a: x, b: y, by });
    taken.add(y);
  };
  const fits = (x: LayerPoint, y: LayerPoint) =>
    !partner.has(x) && !taken.has(y) && sameShape(x.node.type.shape, y.node.type.shape);

  for (const nameOf of [(p: LayerPoint) => p.name, (p: LayerPoint) => plainName(p.name)]) {
    const named = new Map<string, LayerPoint[]>();
    for (const y of b) named.set(nameOf(y), [...(named.get(nameOf(y)) ?? []), y]);
    for (const x of a) {
      const found = named.get(nameOf(x))?.find((y) => fits(x, y) && isConversion(x) === isConversion(y));
      if (found) pair(x, found, "name");
    }
  }
  // The longest run of equal operators and shapes, in order, among what is left.
  const [left, right] = [a.filter((x) => !partner.has(x) && !isConversion(x)), b.filter((y) => !taken.has(y))];
  for (const [i, j] of longestCommon(left, right, (x, y) => plainOp(x.op) === plainOp(y.op) && fits(x, y)))
    pair(left[i], right[j], "position");
  return {
    pairs: a.flatMap((x) => partner.get(x) ?? []),
    unmatchedA: a.filter((x) => !partner.has(x)),
    unmatchedB: b.filter((y) => !taken.has(y)),
  };
}

/** Index pairs of a longest common subsequence. */
function longestCommon<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): [number, number][] {
  const length = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i][j] = same(a[i], b[j]) ? 1 + length[i + 1][j + 1] : Math.max(length[i + 1][j], length[i][j + 1]);
  const result: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (same(a[i], b[j]) && length[i][j] === 1 + length[i + 1][j + 1]) result.push([i++, j++]);
    else if (length[i + 1][j] >= length[i][j + 1]) i++;
    else j++;
  }
  return result;
}

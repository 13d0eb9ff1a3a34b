/**
 * Float activations times 8-bit weights ("dynamic range"): every image or row is quantized when it is run, on the range of its
 * own values, multiplied in integers, and scaled back. The steps are those of TFLite's portable kernels, f32 one by one.
 */
import type { Node } from "../../../ir/graph.ts";
import { conv2d, linear } from "../../../ir/ops/conv.ts";
import { binary, cast, clamp, unary } from "../../../ir/ops/elementwise.ts";
import type { BinaryFunction } from "../../../ir/ops/plain.ts";
import { reduce } from "../../../ir/ops/reduce.ts";
import { reshape } from "../../../ir/ops/shape.ts";
import { constantOf, makeConst } from "../../../ir/ops/source.ts";
import { compare, where } from "../../../ir/ops/where.ts";
import { sizeOf } from "../../../ir/type.ts";
import type { Operator, Options } from "../context.ts";
import { realBounds } from "../recipes.ts";

/** Whether an operator is of that kind: real values, weights of 8 bits (or 4, which are read as 8). */
export const isHybrid = (x: Node, w: Node): boolean => x.type.storage === "f32" && w.type.storage === "i8";

/** A constant weight's scales, one or one for each output, and the same weight as plain integers. */
function plainWeights(op: Operator, w: Node): { weights: Node; scales: readonly number[] } {
  const value = constantOf(w);
  const { quant, shape } = w.type;
  if (!value) op.unsupported("float input with integer weights that are computed at run time");
  if (!quant || quant.kind === "product") op.fail("wants quantized weights, found plain integers");
  const [scales, zeros] =
    quant.kind === "axis" ? [quant.channels.scales, quant.channels.zeros] : [[quant.scale], [quant.zero]];
  if (quant.kind === "axis" && quant.axis !== 0) op.fail(`wants weight scales along dimension 0, found ${quant.axis}`);
  if (zeros.some((z) => z !== 0)) op.fail("wants weights with zero points 0, found others");
  return { weights: makeConst(w.name, { storage: "i8", shape }, value, w.source), scales };
}

/** Arithmetic on f32 values, with numbers as constants; every step has a name of its own. */
class Steps {
  readonly #op: Operator;
  constructor(op: Operator) {
    this.#op = op;
  }
  #node(v: Node | number): Node {
    if (typeof v === "object") return v;
    return makeConst(this.#op.step("k"), { storage: "f32", shape: [] }, Float32Array.of(v), this.#op.where);
  }
  do(fn: BinaryFunction, x: Node | number, y: Node | number, what: string): Node {
    return this.#op.make(binary, { x: this.#node(x), y: this.#node(y) }, { fn }, { name: this.#op.step(what) });
  }
  /** y where x is above zero, 1 elsewhere. */
  orOne(x: Node, y: Node, what: string): Node {
    const name = { name: this.#op.step(what) };
    const condition = this.#op.make(compare, { x, y: this.#node(0) }, { fn: "gt" }, name);
    return this.#op.make(where, { condition, x: y, y: this.#node(1) }, {}, name);
  }
}

/** x [N, ...] in integers minus their zero points, and the scale [N, 1 ...] of each of its N parts. */
function quantizedParts(op: Operator, x: Node, asymmetric: boolean): { stored: Node; scale: Node } {
  const f = new Steps(op);
  const axes = [...x.type.shape.keys()].slice(1);
  const named = (what: string) => ({ name: op.step(what) });
  const extreme = (fn: "max" | "min", of: Node) =>
    op.make(reduce, { x: of }, { fn, axes, keepDims: true }, named(`${fn}imum`));
  const rounded = (v: Node, lowest: number, storage: "i8" | "i16") => {
    const whole = op.make(unary, { x: v }, { fn: "roundaway" }, named("rounded"));
    const limited = op.make(clamp, { x: whole }, { range: [lowest, 127] }, named("limited"));
    return op.make(cast, { x: limited }, {}, { storage, ...named("stored") });
  };
  if (!asymmetric) {
    const range = extreme("max", op.make(unary, { x }, { fn: "abs" }, named("magnitude")));
    const inverse = f.orOne(range, f.do("div", 127, range, "inverse"), "inverse");
    return {
      stored: rounded(f.do("mul", x, inverse, "scaled"), -127, "i8"),
      scale: f.orOne(range, f.do("div", range, 127, "scale"), "scale"),
    };
  }
  const [low, high] = [extreme("min", x), extreme("max", x)];
  const scale = f.do("rangescale", low, high, "scale");
  const zero = f.do("rangezero", low, high, "zero");
  const scaled = f.do("mul", x, f.do("div", 1, scale, "inverse"), "scaled");
  const stored = rounded(f.do("add", scaled, zero, "shifted"), -128, "i16");
  const zeros = op.make(cast, { x: zero }, {}, { storage: "i16", ...named("zeros") });
  return { stored: op.make(binary, { x: stored, y: zeros }, { fn: "sub" }, named("centred")), scale };
}

/** Integer sums as reals: times a factor that broadcasts, plus the bias, within the bounds of the fused activation. */
function scaledBack(
  op: Operator,
  sums: Node,
  factors: readonly (Node | readonly number[])[],
  bias: Node | undefined,
  fused: number,
): Node {
  const f = new Steps(op);
  let y = op.make(cast, { x: sums }, {}, { storage: "f32", name: op.step("real") });
  for (const factor of factors) y = f.do("mul", y, factorNode(op, factor), "scaled");
  if (bias) y = f.do("add", y, bias, "biased");
  const range = realBounds(op.activation(fused));
  return op.make(clamp, { x: y }, { range });
}

const factorNode = (op: Operator, factor: Node | readonly number[]): Node => {
  if (!Array.isArray(factor)) return factor as Node;
  const shape = factor.length === 1 ? [] : [factor.length];
  return makeConst(op.step("scales"), { storage: "f32", shape }, Float32Array.from(factor), op.where);
};

/** The product of a scale of run time with scales of the weights, rounded to f32. */
const commonScale = (op: Operator, scale: Node, scales: readonly number[]): Node =>
  new Steps(op).do("mul", scale, factorNode(op, scales), "common");

/** What is multiplied, and what is added to the products. */
interface Operands {
  readonly x: Node;
  readonly w: Node;
  readonly bias: Node | undefined;
}

/** Filters with a scale for each output meet images on a zero point of their own, those with one scale images without. */
export function hybridConvolution(
  op: Operator,
  { x, w, bias }: Operands,
  window: Readonly<Record<"stride" | "pad" | "dilation", number[]>>,
  fused: number,
): void {
  const { weights, scales } = plainWeights(op, w);
  const perChannel = scales.length === w.type.shape[0];
  if (!perChannel && op.name === "DEPTHWISE_CONV_2D") op.unsupported("float input with a filter on one scale");
  const { stored, scale } = quantizedParts(op, x, perChannel);
  const sums = op.make(conv2d, { x: stored, w: weights }, window, { name: op.step("sums") });
  const factors = perChannel ? [scales, scale] : [commonScale(op, scale, scales)];
  op.result(scaledBack(op, sums, factors, bias, fused));
}

/** FULLY_CONNECTED of real rows; whether they get a zero point of their own, the options say. */
export function hybridProduct(op: Operator, { x, w, bias }: Operands, o: Options<"FullyConnected">): void {
  const [count, depth] = w.type.shape;
  const { shape } = x.type;
  const rows = op.make(reshape, { x }, { shape: [sizeOf(shape) / depth, depth] }, { name: op.step("rows") });
  const { weights, scales } = plainWeights(op, w);
  const { stored, scale } = quantizedParts(op, rows, o.asymmetric);
  const sums = op.make(linear, { x: stored, w: weights }, {}, { name: op.step("sums") });
  const y = scaledBack(op, sums, [commonScale(op, scale, scales)], bias, o.fused);
  const kept = o.keepDims ? [...shape.slice(0, -1), count] : y.type.shape;
  op.result(op.make(reshape, { x: y }, { shape: kept }));
}

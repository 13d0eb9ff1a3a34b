/** Operators on quantized values: ONNX's QLinearConv and QLinearMatMul, and ONNX Runtime's of the domain com.microsoft. */
import type { Node } from "../../../ir/graph.ts";
import { exp } from "../../../ir/math.ts";
import { binary, cast, unary } from "../../../ir/ops/elementwise.ts";
import { matmul } from "../../../ir/ops/matmul.ts";
import type { BinaryFunction } from "../../../ir/ops/plain.ts";
import { sum } from "../../../ir/ops/pool.ts";
import { dequantize, quantize, requantize } from "../../../ir/ops/quant.ts";
import { reduce } from "../../../ir/ops/reduce.ts";
import { gather } from "../../../ir/ops/select.ts";
import { concat, reshape, transpose } from "../../../ir/ops/shape.ts";
import { where } from "../../../ir/ops/where.ts";
import { type PerTensor, perAxis, perTensor, sameQuant, sizeOf } from "../../../ir/type.ts";
import { roundHalfEven } from "../../../tensor/arith.ts";
import type { Operator } from "../context.ts";
import { carriers } from "../elements.ts";
import { readParams, tensorParams } from "../params.ts";
import { biasOf } from "../products.ts";
import type { Target } from "../qdq.ts";
import type { Element } from "../schema.ts";
import { Floats } from "./activation.ts";
import { integerAdd, integerMul } from "./arithmetic.ts";
import { integerConv } from "./conv.ts";
import { integerProduct, matrices, scaledSums, turned } from "./gemm.ts";
import { average, averageStored, integerGlobalAverage } from "./pool.ts";
import { rangeOf, retyped } from "./stored.ts";
import type { Row, Rows } from "./table.ts";

const f = Math.fround;
const bytes: readonly Element[] = ["UINT8", "INT8"];

/** A quantized operand in inputs `i`, `i + 1` (scale) and `i + 2` (zero point), with one of each. */
function operand(op: Operator, i: number): Node & { type: { quant: PerTensor } } {
  const { scale, zero } = tensorParams(op, i + 1, i + 2);
  return retyped(op, op.input(i), perTensor(scale, zero), `${op.inputs[i]}/stored`) as Node & {
    type: { quant: PerTensor };
  };
}

/** What a result with its scale in input `scaleAt` and its zero point after it wants. */
function targetOf(op: Operator, scaleAt: number, element: Element): Target {
  const { scale, zero } = tensorParams(op, scaleAt, scaleAt + 1);
  const storage = carriers[element]!.storage as Target["storage"];
  return { storage, quant: perTensor(scale, zero), clamp: rangeOf(element) };
}

/** The element type of a result: its zero point's, or the first input's if it has none. */
const resultElement = (op: Operator, zeroAt: number): Element => (op.has(zeroAt) ? op.element(zeroAt) : op.element(0));

/** Weights in input `i` quantized along `axis`, or for the tensor. */
function weights(op: Operator, i: number, axis: number): Node {
  const { scales, zeros } = readParams(op, i + 1, i + 2);
  const w = op.input(i);
  const count = w.type.shape[axis];
  if (scales.length === 1 && zeros.length === 1) return retyped(op, w, perTensor(scales[0], zeros[0]));
  if (scales.length !== count) op.fail(`wants 1 or ${count} scales of weights, found ${scales.length}`);
  return retyped(op, w, perAxis({ name: op.inputs[i], scales, zeros }, axis));
}

function qlinearConv(op: Operator): void {
  const x = operand(op, 0);
  const element = resultElement(op, 7);
  op.known(3, "weights");
  if (op.has(8)) op.known(8, "a bias");
  const w = weights(op, 3, 0);
  const target = targetOf(op, 6, element);
  const y = channelsLast(
    op,
    x,
    (image) =>
      integerConv(op, image, x.type.quant, w, target, 8) ??
      op.unsupported("volumes, or weights that are not of 8 bits"),
  );
  op.result(y, element);
}

function qlinearMatMul(op: Operator): void {
  const x = operand(op, 0);
  const element = resultElement(op, 7);
  const { storage, quant, clamp: range } = targetOf(op, 6, element);
  const w = weights(op, 3, op.input(3).type.shape.length - 1);
  const scales = w.type.quant?.kind === "axis" ? w.type.quant.channels.scales : [(w.type.quant as PerTensor).scale];
  const product = integerProduct(op, x, w, false);
  const m = matrices(op, x, w);
  const sums = product?.sums() ?? op.make(matmul, { x: m.x, y: m.y }, {}, { name: `${op.name}/sums` });
  const by = { rule: "f32_rne" as const, a: scales.map((s) => f(f(x.type.quant.scale * s) / quant.scale)), b: [] };
  const y = op.make(requantize, { x: sums }, { by, clamp: range }, { storage, quant });
  op.result(product ? y : m.restore(y), element);
}

/** QGemm: A, its scale and zero point, B and its, bias in 32 bits, and the result's unless that is float. */
function qgemm(op: Operator): void {
  const given = operand(op, 0);
  const x = (op.int("transA", 0) ? turned(op, given, "a") : given) as typeof given;
  op.known(3, "weights");
  const transposed = op.int("transB", 0) !== 0;
  const w = weights(op, 3, transposed ? 0 : 1);
  const product = integerProduct(op, x, w, transposed) ?? op.unsupported("weights that are not of 8 bits");
  if (op.has(6)) op.known(6, "a bias");
  const count = product.weights.node.type.shape[0];
  const bias = op.has(6) ? biasOf(op, 6, x.type.quant, product.weights, count) : undefined;
  const scaled = f(op.float("alpha", 1) * x.type.quant.scale);
  const sums = product.sums(bias);
  if (!op.has(7)) {
    op.result(scaledSums(op, sums, scaled, product.weights.scales), "FLOAT");
    return;
  }
  const element = resultElement(op, 8);
  const { storage, quant, clamp: range } = targetOf(op, 7, element);
  const by = { rule: "f32_rne" as const, a: product.weights.scales.map((s) => f(f(scaled * s) / quant.scale)), b: [] };
  op.result(op.make(requantize, { x: sums }, { by, clamp: range }, { storage, quant }), element);
}

/** Two quantized operands, their scales and zero points, and the result's. */
function pair(of: typeof integerAdd): Row {
  return {
    versions: [1],
    types: bytes,
    convert(op) {
      const y = of(op, operand(op, 0), operand(op, 3), targetOf(op, 6, op.element(0)));
      op.result(y ?? op.unsupported("several scales"), op.element(0));
    },
  };
}

/** A real value on a quantizer, by ONNX's division. */
const stored = (op: Operator, x: Node, { storage, quant, clamp: range }: Target): Node =>
  op.make(quantize, { x }, { by: "div_even", k: quant.scale, clamp: range }, { storage, quant });

/** QLinearConcat: the result's scale and zero point, then three inputs for each part. */
function qlinearConcat(op: Operator): void {
  const count = Math.floor((op.inputs.length - 2) / 3);
  if (count < 1) op.fail(`wants at least 5 inputs, found ${op.inputs.length}`);
  const element = op.element(2);
  const target = targetOf(op, 0, element);
  const xs = Array.from({ length: count }, (_, k) => {
    const x = operand(op, 2 + 3 * k);
    if (sameQuant(x.type.quant, target.quant)) return x;
    return stored(op, op.make(dequantize, { x }, {}, { name: `${op.name}/real${k}` }), target);
  });
  op.result(op.make(concat, { xs }, { axis: [op.axis(op.int("axis", 0), xs[0].type.shape.length)] }), element);
}

/** A function of a quantized value by way of floats: a table of 256 entries, in effect. */
function through(of: (op: Operator, x: Node) => Node): Row {
  return {
    versions: [1],
    types: bytes,
    convert(op) {
      const real = op.make(dequantize, { x: operand(op, 0) }, {}, { name: `${op.name}/real` });
      op.result(stored(op, of(op, real), targetOf(op, 3, op.element(0))), op.element(0));
    },
  };
}

/** `convert` on an image that may have its channels last. */
function channelsLast(op: Operator, x: Node, convert: (x: Node) => Node): Node {
  if (!op.int("channels_last", 0)) return convert(x);
  const rank = x.type.shape.length;
  const first = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
  const last = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
  const y = convert(op.make(transpose, { x }, { perm: first }, { name: `${op.name}/first` }));
  return op.make(transpose, { x: y }, { perm: last });
}

/** QLinearAveragePool: real averages, the zero point added before the rounding. */
function qlinearAverage(op: Operator): void {
  const target = targetOf(op, 3, op.element(0));
  const real = op.make(dequantize, { x: operand(op, 0) }, {}, { name: `${op.name}/real` });
  op.result(
    channelsLast(op, real, (x) => averageStored(op, average(op, x, true), target)),
    op.element(0),
  );
}

/**
 * QLinearSoftmax, ONNX Runtime's way: e^d of each distance d below the row's maximum as an integer out of a table, then
 * (e * floor(1 / scale) + sum / 2) / sum in unsigned integers, plus the zero point. The table's unit keeps sums below 2^32.
 */
function qlinearSoftmax(op: Operator): void {
  const x = operand(op, 0);
  const { storage, quant, clamp: range } = targetOf(op, 3, op.element(0));
  const name = (what: string) => ({ name: `${op.name}/${what}` });
  const rank = x.type.shape.length;
  const first = op.axis(op.int("axis", -1), rank);
  // Before version 13 of Softmax a row is everything from the axis on.
  const flat = op.int("opset", 13) < 13;
  const parts = [sizeOf(x.type.shape.slice(0, first)), sizeOf(x.type.shape.slice(first))];
  const given = flat ? op.make(reshape, { x }, { shape: parts }, name("rows")) : x;
  const axis = flat ? 1 : first;
  const { shape } = given.type;
  const last = shape.length - 1;
  const perm = shape.map((_, d) => (d === axis ? last : d === last ? axis : d));
  const rows = axis === last ? given : op.make(transpose, { x: given }, { perm }, name("last"));
  const length = shape[axis];
  const unit = Math.min(4294967295 / length, 0x7fffff);
  const table = BigInt64Array.from({ length: 256 }, (_, i) =>
    BigInt(roundHalfEven(unit * exp((i - 255) * x.type.quant.scale))),
  );
  const wide = (v: Node) => op.make(cast, { x: v }, {}, { storage: "i64", ...name("wide") });
  const on = (v: Node, k: number | bigint | Node, fn: BinaryFunction) =>
    op.make(binary, { x: v, y: typeof k === "object" ? k : op.scalar("i64", k) }, { fn }, name(fn));
  const largest = op.make(reduce, { x: rows }, { fn: "max", axes: [last], keepDims: true }, name("max"));
  const index = on(on(wide(rows), wide(largest), "sub"), 255, "add");
  const e = op.make(
    gather,
    { x: op.constantNode("table", "i64", [256], table), indices: index },
    { axis: 0 },
    name("exp"),
  );
  const narrow = op.make(cast, { x: e }, {}, { storage: "i32", ...name("narrow") });
  const total = on(
    wide(op.make(sum, { x: narrow }, { axes: [last], keepDims: true }, name("sum"))),
    0xffffffffn,
    "and",
  );
  const whole = Math.floor(f(1 / quant.scale));
  const quotient = on(on(on(e, whole, "mul"), on(total, 2, "div"), "add"), total, "div");
  const limits = on(on(on(quotient, quant.zero, "add"), range[0], "max"), range[1], "min");
  const y = op.make(cast, { x: limits }, {}, { storage, quant });
  const placed = axis === last ? y : op.make(transpose, { x: y }, { perm });
  op.result(flat ? op.make(reshape, { x: placed }, { shape: x.type.shape }) : placed, op.element(0));
}

function qlinearGlobalAverage(op: Operator): void {
  const target = targetOf(op, 3, op.element(0));
  const y = channelsLast(
    op,
    operand(op, 0),
    (x) => integerGlobalAverage(op, x, target) ?? op.unsupported(`an image of ${x.type.shape.length} dimensions`),
  );
  op.result(y, op.element(0));
}

/** QLinearWhere: a condition, two quantized values, the result's scale and zero point. */
function qlinearWhere(op: Operator): void {
  const target = targetOf(op, 7, op.element(1));
  const sides = [1, 4].map((i) => {
    const x = operand(op, i);
    return sameQuant(x.type.quant, target.quant) ? x : stored(op, op.make(dequantize, { x }), target);
  });
  op.result(op.make(where, { condition: op.input(0), x: sides[0], y: sides[1] }), op.element(1));
}

export const qlinearRows: Rows = {
  QLinearConv: {
    versions: [10],
    types: bytes,
    limits: "weights or bias computed at run time, volumes",
    convert: qlinearConv,
  },
  QLinearMatMul: { versions: [10], types: bytes, limits: "scales for each row of A", convert: qlinearMatMul },
  "com.microsoft.QLinearConv": {
    versions: [1],
    types: bytes,
    limits: "weights or bias computed at run time, volumes",
    convert: qlinearConv,
  },
  "com.microsoft.QGemm": {
    versions: [1],
    types: bytes,
    limits: "B or bias computed at run time",
    convert: qgemm,
  },
  "com.microsoft.QLinearAdd": pair(integerAdd),
  "com.microsoft.QLinearMul": pair(integerMul),
  "com.microsoft.QLinearConcat": { versions: [1], types: ["FLOAT"], convert: qlinearConcat },
  "com.microsoft.QLinearLeakyRelu": through((op, x) => {
    const fl = new Floats(op);
    return fl.choose(fl.is("ge", x, 0), x, fl.mul(x, op.float("alpha", f(0.01))));
  }),
  "com.microsoft.QLinearSigmoid": through((op, x) => op.make(unary, { x }, { fn: "sigmoid" })),
  "com.microsoft.QLinearSoftmax": {
    versions: [1],
    types: bytes,
    convert: qlinearSoftmax,
  },
  "com.microsoft.QLinearAveragePool": { versions: [1], types: bytes, convert: qlinearAverage },
  "com.microsoft.QLinearGlobalAveragePool": { versions: [1], types: bytes, convert: qlinearGlobalAverage },
  "com.microsoft.QLinearWhere": { versions: [1], types: ["BOOL"], convert: qlinearWhere },
};

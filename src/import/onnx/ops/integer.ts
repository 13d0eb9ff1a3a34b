/** Operators on integers with zero points and no scales: ConvInteger, MatMulInteger; and what makes such values at run time. */
import type { Node } from "../../../ir/graph.ts";
import { conv2d } from "../../../ir/ops/conv.ts";
import { binary, cast } from "../../../ir/ops/elementwise.ts";
import { matmul } from "../../../ir/ops/matmul.ts";
import { reduce } from "../../../ir/ops/reduce.ts";
import { reshape } from "../../../ir/ops/shape.ts";
import { type PerTensor, perAxis, perTensor, type Quant, sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { nchw, nhwc } from "../layout.ts";
import { fold } from "../model.ts";
import { weightsOf } from "../products.ts";
import { Floats } from "./activation.ts";
import { convAttrs, convWindows, outputFirst, withShape } from "./conv.ts";
import { integerProduct, matrices } from "./gemm.ts";
import { limited, retyped } from "./stored.ts";
import type { Rows } from "./table.ts";

/** The zero points in input `i`, 0 if it is left out; undefined if they are computed at run time. */
function zeros(op: Operator, i: number): readonly number[] | undefined {
  if (!op.has(i)) return [0];
  const value = op.constant(i);
  return value && Array.from(value as Int32Array, Number);
}

/** Zero points on scale 1: for the tensor, or along an axis. */
function unit(op: Operator, list: readonly number[], axis: number, count: number, name: string): Quant {
  if (list.length === 1) return perTensor(1, list[0]);
  if (list.length !== count) op.fail(`wants 1 or ${count} zero points, found ${list.length}`);
  return perAxis({ name, scales: list.map(() => 1), zeros: list }, axis);
}

/** Stored integers minus zero points of run time, as 16-bit numbers; the zero points broadcast. */
function centred(op: Operator, i: number, zeroAt: number, shape?: readonly number[]): Node {
  const wide = (n: Node, what: string) => op.make(cast, { x: n }, {}, { storage: "i16", name: `${op.name}/${what}` });
  const x = wide(op.input(i), "wide");
  if (!op.has(zeroAt)) return x;
  const given = wide(op.input(zeroAt), "zero");
  const zero = shape ? op.make(reshape, { x: given }, { shape }, { name: `${op.name}/zero` }) : given;
  return op.make(binary, { x, y: zero }, { fn: "sub" }, { name: `${op.name}/centred` });
}

/** Exact sums as plain integers. */
export function plainSums(op: Operator, sums: Node): Node {
  return sums.type.quant ? op.make(cast, { x: sums }, {}, { storage: "i32" }) : sums;
}

function convInteger(op: Operator): void {
  const place = convWindows(op, op.input(0), op.input(1));
  const rank = place.kernel.length;
  if (rank > 2) op.unsupported("volumes");
  op.known(1, "weights");
  const wZeros = zeros(op, 3) ?? op.unsupported("zero points of weights computed at run time");
  const w = retyped(op, op.input(1), unit(op, wZeros, 0, op.input(1).type.shape[0], op.inputs[1]));
  const weights = weightsOf(op, w, outputFirst(rank)) ?? op.unsupported(`weights of ${op.element(1)}`);
  const [o, ...rest] = weights.node.type.shape;
  const kernel = rank === 1 ? withShape(weights.node, [o, 1, ...rest]) : weights.node;
  const xZeros = zeros(op, 2);
  const x = xZeros ? retyped(op, op.input(0), unit(op, xZeros.slice(0, 1), 0, 1, "")) : centred(op, 0, 2);
  const sums = op.make(conv2d, { x: nhwc(op, x), w: kernel }, convAttrs(place), { name: `${op.name}/sums` });
  op.result(nchw(op, plainSums(op, sums), rank + 2), "INT32");
}

/** The exact product of two matrices of stored integers minus their zero points, as plain integers. */
export function integerSums(op: Operator, zeroAt: readonly [number, number]): Node {
  const [a, b] = [op.input(0), op.input(1)];
  const [aZeros, bZeros] = zeroAt.map((i) => zeros(op, i));
  const columns = b.type.shape[b.type.shape.length - 1];
  const last = b.type.shape.length - 1;
  if (bZeros && aZeros?.length === 1) {
    const x = retyped(op, a, perTensor(1, aZeros[0]));
    const y = retyped(op, b, unit(op, bZeros, last, columns, op.inputs[1]));
    const product = integerProduct(op, x, y, false);
    if (product) return plainSums(op, product.sums());
    const m = matrices(op, x, y);
    return m.restore(plainSums(op, op.make(matmul, { x: m.x, y: m.y }, {}, { name: `${op.name}/sums` })));
  }
  const single = !op.has(zeroAt[0]) || sizeOf(op.input(zeroAt[0]).type.shape) === 1;
  const y = bZeros && fold(op.model, b) && retyped(op, b, unit(op, bZeros, last, columns, op.inputs[1]));
  const product = single && y ? integerProduct(op, a, y, false) : undefined;
  if (product) {
    // sum (x - z) w = sum x w - z sum w
    const w = product.weights.node;
    const [rows, depth] = w.type.shape;
    const data = fold(op.model, w) as Int8Array;
    const total = new Int32Array(rows);
    const zero = (c: number) =>
      w.type.quant?.kind === "axis" ? w.type.quant.channels.zeros[c] : (w.type.quant as PerTensor).zero;
    data.forEach((v, k) => {
      total[Math.floor(k / depth)] += v - zero(Math.floor(k / depth));
    });
    const z = op.make(cast, { x: op.input(zeroAt[0]) }, {}, { storage: "i32", name: `${op.name}/zero` });
    const off = op.make(
      binary,
      { x: z, y: op.constantNode("column-sums", "i32", [rows], total) },
      { fn: "mul" },
      { name: `${op.name}/offset` },
    );
    return op.make(binary, { x: plainSums(op, product.sums()), y: off }, { fn: "sub" });
  }
  const rowZeros = single ? undefined : [...op.input(zeroAt[0]).type.shape, 1];
  const m = matrices(op, centred(op, 0, zeroAt[0], rowZeros), centred(op, 1, zeroAt[1]));
  return m.restore(op.make(matmul, { x: m.x, y: m.y }));
}

/** The scale and zero point of a value's range, widened to hold 0, on 8 bits without sign; and the value on them. */
export function dynamicQuantize(op: Operator, x: Node): { stored: Node; scale: Node; zero: Node } {
  const f = new Floats(op);
  const { shape } = x.type;
  if (sizeOf(shape) === 0) op.unsupported("values without elements");
  const extreme = (fn: "max" | "min") =>
    f.do(fn, op.make(reduce, { x }, { fn, axes: [...shape.keys()], keepDims: false }, { name: `${op.name}/${fn}` }), 0);
  const [high, low] = [extreme("max"), extreme("min")];
  const range = f.div(f.sub(high, low), 255);
  const scale = f.choose(f.is("gt", range, 0), range, 1);
  const rounded = f.of("round", f.limit(f.div(f.sub(0, low), scale), 0, 255));
  const zero = op.make(cast, { x: rounded }, {}, { storage: "u8", name: `${op.name}/zero` });
  const stored = limited(op, f.add(f.of("round", f.div(x, scale)), rounded), [0, 255], "u8");
  return { stored, scale, zero };
}

export const integerRows: Rows = {
  ConvInteger: {
    versions: [10],
    types: ["UINT8", "INT8"],
    limits: "weights or their zero points computed at run time, volumes",
    convert: convInteger,
  },
  MatMulInteger: {
    versions: [10],
    types: ["UINT8", "INT8"],
    convert: (op) => op.result(integerSums(op, [2, 3]), "INT32"),
  },
  "com.microsoft.MatMulInteger16": {
    versions: [1],
    types: ["INT16"],
    convert(op) {
      const m = matrices(op, op.input(0), op.input(1));
      op.result(m.restore(op.make(matmul, { x: m.x, y: m.y })), "INT32");
    },
  },
  DynamicQuantizeLinear: {
    versions: [11],
    types: ["FLOAT"],
    convert(op) {
      const { stored, scale, zero } = dynamicQuantize(op, op.input(0));
      op.result(stored, "UINT8", 0);
      op.result(scale, "FLOAT", 1);
      op.result(zero, "UINT8", 2);
    },
  },
  "com.microsoft.MatMulIntegerToFloat": {
    versions: [1],
    types: ["UINT8", "INT8"],
    // A, B, scale of A, scale of B, zero points of both, bias
    convert(op) {
      const f = new Floats(op);
      const sums = op.make(cast, { x: integerSums(op, [4, 5]) }, {}, { storage: "f32", name: `${op.name}/real` });
      const scaled = f.mul(sums, f.mul(op.input(2), op.input(3)));
      op.result(op.has(6) ? f.add(scaled, op.input(6)) : scaled, "FLOAT");
    },
  },
  "com.microsoft.DynamicQuantizeMatMul": {
    versions: [1],
    types: ["FLOAT"],
    // A (float), B, scale of B, zero point of B, bias
    convert(op) {
      const f = new Floats(op);
      const { stored, scale, zero } = dynamicQuantize(op, op.input(0));
      const b = op.input(1);
      const bZeros = zeros(op, 3) ?? op.unsupported("zero points of B computed at run time");
      const y = retyped(
        op,
        b,
        unit(op, bZeros, b.type.shape.length - 1, b.type.shape[b.type.shape.length - 1], op.inputs[1]),
      );
      const wide = (n: Node) => op.make(cast, { x: n }, {}, { storage: "i16", name: `${op.name}/wide` });
      const x = op.make(binary, { x: wide(stored), y: wide(zero) }, { fn: "sub" }, { name: `${op.name}/centred` });
      const m = matrices(op, x, y);
      const sums = m.restore(plainSums(op, op.make(matmul, { x: m.x, y: m.y }, {}, { name: `${op.name}/sums` })));
      const real = op.make(cast, { x: sums }, {}, { storage: "f32", name: `${op.name}/real` });
      const scaled = f.mul(real, f.mul(scale, op.input(2)));
      op.result(op.has(4) ? f.add(scaled, op.input(4)) : scaled, "FLOAT");
    },
  },
};

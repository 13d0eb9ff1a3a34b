/** Matrix products: MatMul and Gemm. */
import type { Node } from "../../../ir/graph.ts";
import { linear } from "../../../ir/ops/conv.ts";
import { binary, cast } from "../../../ir/ops/elementwise.ts";
import { matmul } from "../../../ir/ops/matmul.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import { reshape, transpose } from "../../../ir/ops/shape.ts";
import type { Operator } from "../context.ts";
import { floats } from "../elements.ts";
import { Unsupported } from "../model.ts";
import { biasOf, type Weights, weightsOf } from "../products.ts";
import { perTensorBehind, quantizedBehind, type Target } from "../qdq.ts";
import { gemmRescale } from "../recipes.ts";
import { resultHeld } from "./convert.ts";
import type { Rows } from "./table.ts";

const bytes = ["i8", "u8"];

/** x with its last two dimensions exchanged. */
export function turned(op: Operator, x: Node, name: string): Node {
  const rank = x.type.shape.length;
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return op.make(transpose, { x }, { perm }, { name: `${op.name}/${name}` });
}

/** Operands of a product as matrices; vectors become ones of one row or column, which `restore` takes away again. */
export function matrices(op: Operator, x: Node, y: Node): { x: Node; y: Node; restore(v: Node): Node } {
  const [row, column] = [x.type.shape.length === 1, y.type.shape.length === 1];
  const as = (v: Node, shape: number[], name: string) =>
    op.make(reshape, { x: v }, { shape }, { name: `${op.name}/${name}` });
  return {
    x: row ? as(x, [1, x.type.shape[0]], "row") : x,
    y: column ? as(y, [y.type.shape[0], 1], "column") : y,
    restore(v) {
      const { shape } = v.type;
      const rank = shape.length;
      const kept = shape.filter((_, d) => !(row && d === rank - 2) && !(column && d === rank - 1));
      return row || column ? op.make(reshape, { x: v }, { shape: kept }) : v;
    },
  };
}

/** The float product, its sums over the inner dimension in order. */
function floatProduct(op: Operator, a: Node, b: Node): Node {
  const { x, y, restore } = matrices(op, a, b);
  return restore(op.make(matmul, { x, y }));
}

/** Stored integers times constant weights [K, N] as exact sums; undefined if they are not both of 8 bits. */
export function integerProduct(
  op: Operator,
  x: Node,
  w: Node,
  transposed: boolean,
): { sums(bias?: Node): Node; weights: Weights } | undefined {
  if (!bytes.includes(x.type.storage) || x.type.shape.length < 2 || w.type.shape.length !== 2) return undefined;
  const weights = weightsOf(op, w, transposed ? [0, 1] : [1, 0]);
  if (!weights) return undefined;
  return { weights, sums: (bias) => op.make(linear, { x, w: weights.node, bias }, {}, { name: `${op.name}/sums` }) };
}

/** Gemm's operands after its transposes; weights stay as they are, `transB` says how. */
function gemmFlags(op: Operator) {
  return {
    alpha: op.float("alpha", 1),
    beta: op.float("beta", 1),
    transA: op.int("transA", 0) !== 0,
    transB: op.int("transB", 0) !== 0,
  };
}

const identityFlags = { alpha: 1, beta: 1, transA: false, transB: false };

/** MatMul and Gemm between dequantize and quantize: exact sums, then one rescaling. */
export function gemmFusion(op: Operator, target: Target): Node | undefined {
  const [x, w] = [perTensorBehind(op.input(0)), quantizedBehind(op.input(1))];
  if (!x || !w) return undefined;
  const gemm = op.type === "Gemm";
  const { alpha, beta, transA, transB } = gemm ? gemmFlags(op) : identityFlags;
  if (transA || beta !== 1 || alpha !== 1) return undefined;
  const { storage, clamp, quant } = target;
  const product = integerProduct(op, x, w, transB);
  if (!product) return gemm ? undefined : computedProduct(op, x, w, target);
  const { weights } = product;
  const bias = op.has(2) ? biasOf(op, 2, x.type.quant, weights, weights.node.type.shape[0]) : undefined;
  if (op.has(2) && !bias) return undefined;
  const by = gemmRescale(op.model.numerics, x.type.storage, x.type.quant.scale, weights.scales, quant.scale);
  return op.make(requantize, { x: product.sums(bias) }, { by, clamp }, { storage, quant });
}

/** The product of two computed matrices of stored integers. */
export function computedProduct(op: Operator, x: Node, y: Node, { storage, clamp, quant }: Target): Node | undefined {
  const [a, b] = [x.type, y.type];
  if (a.quant?.kind !== "tensor" || b.quant?.kind !== "tensor") return undefined;
  if (!bytes.includes(a.storage) || !bytes.includes(b.storage)) return undefined;
  const m = matrices(op, x, y);
  const sums = op.make(matmul, { x: m.x, y: m.y }, {}, { name: `${op.name}/sums` });
  const by = gemmRescale(op.model.numerics, a.storage, a.quant.scale, [b.quant.scale], quant.scale);
  return m.restore(op.make(requantize, { x: sums }, { by, clamp }, { storage, quant }));
}

/**
 * What ONNX Runtime makes of a group whose result is not quantized: exact sums times the scales. MatMul with an unsigned
 * left side is its MatMulIntegerToFloat, Gemm its QGemm with the bias among the sums.
 */
function productToFloat(op: Operator): Node | undefined {
  if (op.model.numerics !== "ort") return undefined;
  const [x, w] = [perTensorBehind(op.input(0)), quantizedBehind(op.input(1))];
  if (!x || !w) return undefined;
  const gemm = op.type === "Gemm";
  const { alpha, beta, transA, transB } = gemm ? gemmFlags(op) : identityFlags;
  if (transA || beta !== 1 || (!gemm && x.type.storage !== "u8")) return undefined;
  const product = integerProduct(op, x, w, transB);
  if (!product) return undefined;
  const { weights } = product;
  const count = weights.node.type.shape[0];
  const stored = op.has(2) && quantizedBehind(op.input(2))?.type.storage === "i32";
  const bias = stored ? biasOf(op, 2, x.type.quant, weights, count) : undefined;
  if (op.has(2) && !bias) return undefined;
  return scaledSums(op, product.sums(bias), Math.fround(alpha * x.type.quant.scale), weights.scales);
}

/** Sums as reals: f(f(sum) * f(x scale * weight scale)), for the tensor or each column. */
export function scaledSums(op: Operator, sums: Node, x: number, w: readonly number[]): Node {
  const real = op.make(cast, { x: sums }, {}, { storage: "f32", name: `${op.name}/real` });
  const scales = new Float32Array(w.length);
  for (let c = 0; c < w.length; c++) scales[c] = x * w[c];
  return op.make(
    binary,
    { x: real, y: op.constantNode("scales", "f32", w.length === 1 ? [] : [w.length], scales) },
    { fn: "mul" },
  );
}

function gemm(op: Operator): void {
  const integer = productToFloat(op);
  if (integer) {
    op.result(integer, op.element(0));
    return;
  }
  const { alpha, beta, transA, transB } = gemmFlags(op);
  const [a, b] = [op.input(0), op.input(1)];
  if (a.type.shape.length !== 2 || b.type.shape.length !== 2) {
    op.fail(`wants matrices, found [${a.type.shape}] and [${b.type.shape}]`);
  }
  const times = (v: Node, k: number, what: string) =>
    k === 1 ? v : op.make(binary, { x: v, y: op.scalar("f32", k, what) }, { fn: "mul" });
  const product = op.make(matmul, { x: transA ? turned(op, a, "a") : a, y: transB ? turned(op, b, "b") : b });
  const scaled = times(product, alpha, "alpha");
  const sum = op.has(2) ? op.make(binary, { x: scaled, y: times(op.input(2), beta, "beta") }, { fn: "add" }) : scaled;
  if (sum.type.shape.join() !== product.type.shape.join()) {
    throw new Unsupported(`a bias of [${op.input(2).type.shape}], larger than the product`);
  }
  resultHeld(op, sum, op.element(0));
}

export const gemmRows: Rows = {
  MatMul: {
    versions: [1],
    types: floats,
    limits: "integers (MatMulInteger and QLinearMatMul have them)",
    convert: (op) => resultHeld(op, productToFloat(op) ?? floatProduct(op, op.input(0), op.input(1)), op.element(0)),
  },
  Gemm: { versions: [7], types: floats, limits: "integers", convert: gemm },
};

/** Products of two computed matrices. `linear` has the weights as rows of a constant; here both operands may be anything. */
import { oneOf } from "../attr.ts";
import { broadcastIndex, broadcastShape } from "../broadcast.ts";
import { defineOp, tensor, type Value } from "../op.ts";
import { byteValue } from "../sample.ts";
import { sizeOf, type TensorType, type TypedArray, zeroOf, zeroOfChannel } from "../type.ts";
import { minusZero, sumStorage, sumsOf16 } from "./conv.ts";

/** Result shape [..., M, N] of x [..., M, K] times y [..., K, N]; the dimensions before the last two broadcast. */
function matmulShape({ x, y }: { x: TensorType; y: TensorType }): number[] {
  if (x.shape.length < 2 || y.shape.length < 2) {
    throw new Error(`wants operands of at least 2 dimensions, found [${x.shape}] and [${y.shape}]`);
  }
  const [m, k] = x.shape.slice(-2);
  const [inner, n] = y.shape.slice(-2);
  if (inner !== k) throw new Error(`wants y as [..., ${k}, N], found [${y.shape}]`);
  return [...broadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2)), m, n];
}

/** Numbers of an operand minus its zero points, which may go along its last axis. */
function centered(v: Value): ArrayLike<number> {
  if (v.type.storage === "f32") return v.data as Float32Array;
  const last = v.type.shape[v.type.shape.length - 1];
  return minusZero(v, (k) => (v.type.quant?.kind === "axis" ? zeroOfChannel(v.type, k % last) : zeroOf(v.type)));
}

export const matmul = defineOp("matmul", {
  doc: "Product of x [..., M, K] and y [..., K, N] into exact sums of (x - zero)(y - zero); dimensions before the last two broadcast. Float sums run over k, each step rounded to f32.",
  operands: { x: tensor("i8", "u8", "i16", "f32"), y: tensor("i8", "u8", "i16", "f32") },
  attrs: { sums: oneOf(["i32", "i64"], { default: "i32" }) },
  kind: "reduction",
  level: "both",
  quant: { product: ["x", "y"] },
  storage: sumStorage,
  shape: matmulShape,
  verify: [
    {
      id: "mixed",
      says: "both operands float, or both integer",
      holds: ({ x, y }) => (x.storage === "f32") === (y.storage === "f32"),
    },
    {
      id: "axis",
      says: "x quantized per tensor, y per tensor or along its last axis",
      holds: ({ x, y }) =>
        x.quant?.kind !== "axis" && (y.quant?.kind !== "axis" || y.quant.axis === y.shape.length - 1),
    },
    sumsOf16,
  ],
  eval({ x, y }, { sums }, type): TypedArray {
    const [m, n] = type.shape.slice(-2);
    const k = x.type.shape[x.type.shape.length - 1];
    const batch = type.shape.slice(0, -2);
    const [xs, ys] = [centered(x), centered(y)];
    const xAt = broadcastIndex(x.type.shape.slice(0, -2), batch);
    const yAt = broadcastIndex(y.type.shape.slice(0, -2), batch);
    const size = sizeOf(type.shape);
    const float = type.storage === "f32";
    // Sums of 64 bits are formed in doubles, exact below 2^53: products of 16 bits over fewer than 2^23 terms.
    const wide = sums === "i64" && !float;
    const out = float ? new Float32Array(size) : wide ? new Float64Array(size) : new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const b = Math.floor(i / (m * n));
      const row = (xAt(b) * m + (Math.floor(i / n) % m)) * k;
      const column = yAt(b) * k * n + (i % n);
      let sum = 0;
      for (let j = 0; j < k; j++) {
        const [p, q] = [xs[row + j], ys[column + j * n]];
        if (float) sum = Math.fround(sum + Math.fround(p * q));
        else if (wide) sum += p * q;
        else sum = (sum + Math.imul(p, q)) | 0;
      }
      out[i] = sum;
    }
    return out instanceof Float64Array ? BigInt64Array.from(out, BigInt) : out;
  },
  macs: ({ x }, _, result) => sizeOf(result.shape) * x.shape[x.shape.length - 1],
  sample: (rand, pool) => {
    const float = rand(0, 4) === 0;
    const x = float
      ? ({ storage: "f32", shape: [rand(1, 3), rand(1, 4), rand(1, 5)] } as const)
      : pool.pick(
          (t) => t.storage === "i8" && t.quant?.kind === "tensor" && t.shape.length === 3,
          () => ({ ...byteValue(rand, pool), shape: [rand(1, 3), rand(1, 4), rand(1, 5)] }),
        );
    const batch = rand(0, 1) ? [] : [rand(0, 1) ? 1 : x.shape[0]];
    const shape = [...batch, x.shape[2], rand(1, 4)];
    const y: TensorType = float ? { storage: "f32", shape } : { storage: "i8", shape, quant: pool.quant("i8") };
    return { operands: { x, y }, attrs: { sums: "i32" } };
  },
});

/** Reductions other than sums. */
import { bool, ints, oneOf } from "../attr.ts";
import { defineOp, tensor } from "../op.ts";
import { image } from "../sample.ts";
import { allocate, sizeOf, stridesOf, type TensorType } from "../type.ts";

/** The shape that is left of x. Throws Error if an axis does not exist. */
export function reducedShape(x: TensorType, axes: readonly number[], keepDims: boolean): number[] {
  const bad = axes.find((a) => a >= x.shape.length);
  if (bad !== undefined) throw new Error(`wants axes below ${x.shape.length}, found ${bad}`);
  const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  return keepDims ? kept : kept.filter((_, i) => !axes.includes(i));
}

/** One step of each reduction; f32 products round at each step, integer ones wrap. */
const steps = {
  max: (a: any, b: any) => (typeof a === "bigint" ? (b > a ? b : a) : Math.max(a, b)),
  min: (a: any, b: any) => (typeof a === "bigint" ? (b < a ? b : a) : Math.min(a, b)),
  prod: (a: any, b: any) => a * b,
} as const;

export const reduce = defineOp("reduce", {
  doc: "The largest or smallest stored value, or the product of plain numbers, over axes in row-major order; of bool, max is any and min is all. Not-a-number wins.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "i64", "f32", "bool") },
  attrs: {
    fn: oneOf(["max", "min", "prod"]),
    axes: ints({ min: 0 }),
    keepDims: bool({ default: true }),
  },
  kind: "reduction",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: ({ x }, { axes, keepDims }) => reducedShape(x, axes, keepDims),
  verify: [
    { id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" },
    { id: "elements", says: "elements to reduce", holds: ({ x }, { axes }) => axes.every((a) => x.shape[a] > 0) },
    {
      id: "product",
      says: "products of plain numbers only",
      holds: ({ x }, { fn }) => fn !== "prod" || (!x.quant && ["f32", "i32", "i64"].includes(x.storage)),
    },
  ],
  eval({ x }, { fn, axes }, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const data = x.data as Int8Array;
    const { shape } = x.type;
    const kept = stridesOf(shape.map((d, i) => (axes.includes(i) ? 1 : d)));
    const strides = stridesOf(shape);
    const step = fn === "prod" && type.storage === "i32" ? Math.imul : steps[fn];
    const begun = new Uint8Array(out.length);
    for (let i = 0; i < data.length; i++) {
      let at = 0;
      for (let d = 0; d < shape.length; d++) {
        if (!axes.includes(d)) at += (Math.floor(i / strides[d]) % shape[d]) * kept[d];
      }
      out[at] = begun[at] ? step(out[at], data[i]) : data[i];
      begun[at] = 1;
    }
    return out;
  },
  sample: (rand, pool) => ({
    operands: { x: image(rand, pool) },
    attrs: { fn: rand(0, 1) ? ("max" as const) : ("min" as const), axes: [[1, 2], [3], [1]][rand(0, 2)] },
  }),
});

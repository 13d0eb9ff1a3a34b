/** Ops that move elements and change none: reshape, transpose, concat, slice, pad. */

import { ints } from "../attr.ts";
import { defineOp, list, tensor, type Value } from "../op.ts";
import { byteValue, image } from "../sample.ts";
import { allocate, sameQuant, sizeOf, storages, stridesOf, type TypedArray, zeroOf } from "../type.ts";

const any = ["i8", "u8", "i16", "u16", "i32", "i64", "f32", "bool"] as const;

export const reshape = defineOp("reshape", {
  doc: "The same elements in row-major order under another shape; a channel axis must keep its place in memory order.",
  operands: { x: tensor(...any) },
  attrs: { shape: ints({ min: 0 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { shape }) {
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw new Error(`wants a shape of ${sizeOf(x.shape)} elements, found [${shape}]`);
    }
    return shape;
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval: ({ x }) => x.data,
  sample: (rand, pool) => {
    const x = byteValue(rand, pool);
    const shapes = [[1, sizeOf(x.shape)], x.shape, [...x.shape, 1], [sizeOf(x.shape)]];
    return { operands: { x }, attrs: { shape: shapes[rand(0, 3)] } };
  },
});

export const transpose = defineOp("transpose", {
  doc: "Dimension i of the result is dimension perm[i] of x; a channel axis moves with its dimension.",
  operands: { x: tensor(...any) },
  attrs: { perm: ints({ min: 0 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { perm }) {
    const isPermutation = perm.length === x.shape.length && x.shape.every((_, d) => perm.includes(d));
    if (!isPermutation) throw new Error(`wants a permutation of ${x.shape.length} dimensions, found [${perm}]`);
    return perm.map((p) => x.shape[p]);
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x }, { perm }, type) {
    const from = stridesOf(x.type.shape);
    return gather(
      x,
      type.shape,
      perm.map((p) => from[p]),
      0,
    );
  },
  sample: (rand, pool) => {
    const x = byteValue(rand, pool);
    const perm = [...x.shape.keys()];
    for (let i = perm.length - 1; i > 0; i--) {
      const j = rand(0, i);
      [perm[i], perm[j]] = [perm[j], perm[i]];
    }
    return { operands: { x }, attrs: { perm } };
  },
});

/** Elements of `x` at `base + sum(index[d] * strides[d])` for every index of `shape`, in row-major order. */
export function gather(x: Value, shape: readonly number[], strides: readonly number[], base: number): TypedArray {
  const data = x.data as Int8Array;
  const size = sizeOf(shape);
  const loops = loopsOf(shape, strides);
  // One loop over neighbours, or none: a piece of the elements as they are.
  if (size && loops.length <= 1 && loops.every(([, stride]) => stride === 1)) return data.slice(base, base + size);
  const out = allocate(x.type.storage, size) as Int8Array;
  const [count, stride] = loops.pop()!;
  const index = loops.map(() => 0);
  let from = base;
  for (let i = 0; i < size; ) {
    for (let k = 0, at = from; k < count; k++, at += stride) out[i++] = data[at];
    for (let d = loops.length - 1; d >= 0; d--) {
      from += loops[d][1];
      if (++index[d] < loops[d][0]) break;
      from -= loops[d][1] * loops[d][0];
      index[d] = 0;
    }
  }
  return out;
}

/** [count, stride] of each loop, outermost first: dimensions of one index are left out, what steps evenly is one loop. */
function loopsOf(shape: readonly number[], strides: readonly number[]): [number, number][] {
  const loops: [number, number][] = [];
  for (const [d, count] of shape.entries()) {
    const last = loops[loops.length - 1];
    if (count === 1) continue;
    if (last && last[1] === strides[d] * count) loops[loops.length - 1] = [last[0] * count, strides[d]];
    else loops.push([count, strides[d]]);
  }
  return loops;
}

export const concat = defineOp("concat", {
  doc: "Tensors of one type side by side along an axis; quantizers must be equal.",
  operands: { xs: list(...any) },
  attrs: { axis: ints({ length: 1 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "xs" },
  storage: { sameAs: "xs" },
  shape({ xs }, { axis: [axis] }) {
    const shape = [...xs[0].shape];
    if (axis < 0 || axis >= shape.length) throw new Error(`wants an axis below ${shape.length}, found ${axis}`);
    shape[axis] = 0;
    for (const x of xs) {
      if (x.shape.length !== shape.length || x.shape.some((d, i) => i !== axis && d !== shape[i])) {
        throw new Error(`wants shapes that differ along axis ${axis} only, found [${xs[0].shape}] and [${x.shape}]`);
      }
      shape[axis] += x.shape[axis];
    }
    return shape;
  },
  verify: [
    {
      id: "types",
      says: "one storage and one per-tensor quantizer for all",
      holds: ({ xs }) =>
        xs.every((x) => x.storage === xs[0].storage && sameQuant(x.quant, xs[0].quant) && x.quant?.kind !== "axis"),
    },
  ],
  eval({ xs }, { axis: [axis] }, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const outer = sizeOf(type.shape.slice(0, axis));
    const row = sizeOf(type.shape.slice(axis));
    let at = 0;
    for (const x of xs) {
      const part = sizeOf(x.type.shape.slice(axis));
      for (let i = 0; i < outer; i++) out.set((x.data as Int8Array).subarray(i * part, (i + 1) * part), i * row + at);
      at += part;
    }
    return out;
  },
  sample: (rand, pool) => {
    const x = byteValue(rand, pool);
    const axis = rand(0, x.shape.length - 1);
    const y = { ...x, shape: x.shape.map((d, i) => (i === axis ? rand(1, 4) : d)) };
    return { operands: { xs: [[x], [x, y], [x, x, y]][rand(0, 2)] }, attrs: { axis: [axis] } };
  },
});

export const slice = defineOp("slice", {
  doc: "Every `step`-th element from `begin` on, `size` of them, along each dimension; a step may be negative.",
  operands: { x: tensor(...any) },
  attrs: { begin: ints({ min: 0 }), size: ints({ min: 0 }), step: ints() },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { begin, size, step }) {
    if ([begin, size, step].some((l) => l.length !== x.shape.length)) {
      throw new Error(`wants begin, size and step for ${x.shape.length} dimensions`);
    }
    x.shape.forEach((d, i) => {
      const last = begin[i] + (size[i] - 1) * step[i];
      if (step[i] === 0 || (size[i] > 0 && (begin[i] >= d || last < 0 || last >= d))) {
        throw new Error(
          `wants elements inside [0, ${d}) of dimension ${i}, found ${begin[i]} to ${last} by ${step[i]}`,
        );
      }
    });
    return size;
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x }, { begin, step }, type) {
    const strides = stridesOf(x.type.shape);
    const base = begin.reduce((sum, b, i) => sum + b * strides[i], 0);
    return gather(
      x,
      type.shape,
      strides.map((s, i) => s * step[i]),
      base,
    );
  },
  sample: (rand, pool) => {
    const x = byteValue(rand, pool);
    const begin = x.shape.map((d) => rand(0, d - 1));
    const step = begin.map(() => [1, 1, 2, -1][rand(0, 3)]);
    const size = x.shape.map((d, i) => {
      const room = step[i] < 0 ? begin[i] + 1 : Math.ceil((d - begin[i]) / step[i]);
      return rand(1, room);
    });
    return { operands: { x }, attrs: { begin, size, step } };
  },
});

export const pad = defineOp("pad", {
  doc: "x with `before[i]` and `after[i]` elements added around dimension i, holding the stored `value` (the zero point is zero).",
  operands: { x: tensor(...any) },
  attrs: { before: ints({ min: 0 }), after: ints({ min: 0 }), value: ints({ length: 1 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { before, after }) {
    if (before.length !== x.shape.length || after.length !== x.shape.length) {
      throw new Error(`wants before and after for ${x.shape.length} dimensions`);
    }
    return x.shape.map((d, i) => d + before[i] + after[i]);
  },
  verify: [
    { id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" },
    {
      id: "value",
      says: "a value within the storage",
      holds: ({ x }, { value: [v] }) => v >= storages[x.storage].min && v <= storages[x.storage].max,
    },
  ],
  eval({ x }, { before, value }, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    out.fill((type.storage === "i64" ? BigInt(value[0]) : value[0]) as number);
    const strides = stridesOf(type.shape);
    const inner = stridesOf(x.type.shape);
    const data = x.data as Int8Array;
    for (let i = 0; i < data.length; i++) {
      let at = 0;
      for (let d = 0; d < strides.length; d++) {
        at += ((Math.floor(i / inner[d]) % x.type.shape[d]) + before[d]) * strides[d];
      }
      out[at] = data[i];
    }
    return out;
  },
  sample: (rand, pool) => {
    const x = image(rand, pool);
    const [t, l, b, r] = [rand(0, 1), rand(0, 1), rand(0, 1), rand(0, 1)];
    const value = rand(0, 3) ? zeroOf(x) : storages[x.storage].min;
    return { operands: { x }, attrs: { before: [0, t, l, 0], after: [0, b, r, 0], value: [value] } };
  },
});

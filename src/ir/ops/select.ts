/** Ops that compare or pick stored values: extremum of two, position of an extremum, elements by index. */
import { int, oneOf } from "../attr.ts";
import { broadcastIndex, broadcastShape } from "../broadcast.ts";
import { defineOp, tensor, type Value } from "../op.ts";
import { allocate, sameQuant, sizeOf, stridesOf } from "../type.ts";

const any = ["i8", "u8", "i16", "u16", "i32", "i64", "f32", "bool"] as const;

export const extremum = defineOp("extremum", {
  doc: "The larger or smaller of two stored values on one scale; shapes broadcast.",
  operands: { x: tensor("i8", "u8", "i16"), y: tensor("i8", "u8", "i16") },
  attrs: { fn: oneOf(["max", "min"]) },
  kind: "elementwise",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    {
      id: "types",
      says: "operands of one storage and one per-tensor quantizer",
      holds: ({ x, y }) => x.storage === y.storage && sameQuant(x.quant, y.quant) && x.quant?.kind !== "axis",
    },
  ],
  eval({ x, y }, { fn }, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const [xs, ys] = [x.data as Int8Array, y.data as Int8Array];
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    const pick = fn === "max" ? Math.max : Math.min;
    for (let i = 0; i < out.length; i++) out[i] = pick(xs[xAt(i)], ys[yAt(i)]);
    return out;
  },
  sample: (rand, pool) => {
    const x = { storage: "i8", shape: [rand(1, 3), rand(1, 5)], quant: pool.quant("i8") } as const;
    return { operands: { x, y: { ...x, shape: rand(0, 1) ? x.shape : [x.shape[1]] } }, attrs: {} };
  },
});

export const argExtremum = defineOp("arg_extremum", {
  doc: "The position of the largest or smallest element along an axis, the first one of equals; the axis vanishes. Of floats, not-a-number never wins over a number.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "f32") },
  attrs: { fn: oneOf(["max", "min"]), axis: int({ min: 0 }) },
  kind: "reduction",
  level: "both",
  quant: "none",
  storage: "free",
  shape({ x }, { axis }) {
    if (axis >= x.shape.length) throw new Error(`wants an axis below ${x.shape.length}, found ${axis}`);
    if (x.shape[axis] === 0) throw new Error(`wants elements along axis ${axis}, found none`);
    return x.shape.filter((_, i) => i !== axis);
  },
  verify: [
    { id: "result", says: "positions in i32 or i64", holds: (_, __, r) => r.storage === "i32" || r.storage === "i64" },
  ],
  eval({ x }, { fn, axis }, type) {
    const data = x.data as Int8Array;
    const count = x.type.shape[axis];
    const inner = sizeOf(x.type.shape.slice(axis + 1));
    const sign = fn === "max" ? 1 : -1;
    const out = allocate(type.storage, sizeOf(type.shape));
    for (let i = 0; i < out.length; i++) {
      const start = Math.floor(i / inner) * count * inner + (i % inner);
      let best = data[start] * sign;
      let at = 0;
      for (let k = 1; k < count; k++) {
        const v = data[start + k * inner] * sign;
        if (v > best || (Number.isNaN(best) && !Number.isNaN(v))) {
          best = v;
          at = k;
        }
      }
      if (out instanceof BigInt64Array) out[i] = BigInt(at);
      else out[i] = at;
    }
    return out;
  },
  sample: (rand, pool) => ({
    operands: { x: { storage: "i8", shape: [rand(1, 3), rand(1, 4), rand(1, 4)], quant: pool.quant("i8") } },
    attrs: { axis: rand(0, 2) },
    result: { storage: rand(0, 1) ? "i32" : "i64" },
  }),
});

/** Index `i` of an index tensor, limited to [0, size): what is outside has no meaning in any source framework. */
function indexAt(indices: Value, i: number, size: number): number {
  return Math.max(0, Math.min(size - 1, Number(indices.data[i])));
}

export const gather = defineOp("gather", {
  doc: "Slices of x along an axis by index, in the shape of the indices; an index outside the axis is limited to it.",
  operands: { x: tensor(...any), indices: tensor("i32", "i64") },
  attrs: { axis: int({ min: 0 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x, indices }, { axis }) {
    if (axis >= x.shape.length) throw new Error(`wants an axis below ${x.shape.length}, found ${axis}`);
    if (x.shape[axis] === 0) throw new Error(`wants elements along axis ${axis}, found none`);
    return [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x, indices }, { axis }, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const data = x.data as Int8Array;
    const count = x.type.shape[axis];
    const inner = sizeOf(x.type.shape.slice(axis + 1));
    const picks = indices.data.length;
    for (let i = 0; i * inner < out.length; i++) {
      const from = (Math.floor(i / picks) * count + indexAt(indices, i % picks, count)) * inner;
      out.set(data.subarray(from, from + inner), i * inner);
    }
    return out;
  },
  sample: (rand, pool) => ({
    operands: {
      x: { storage: "i8", shape: [rand(1, 3), rand(1, 4), rand(1, 4)], quant: pool.quant("i8") },
      indices: { storage: "i32", shape: [rand(1, 3)] },
    },
    attrs: { axis: rand(0, 2) },
  }),
});

export const gatherNd = defineOp("gather_nd", {
  doc: "Slices of x at tuples of indices into its first dimensions: the last dimension of `indices` is the tuple; an index outside its dimension is limited to it.",
  operands: { x: tensor(...any), indices: tensor("i32", "i64") },
  attrs: {},
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x, indices }) {
    const tuple = indices.shape[indices.shape.length - 1];
    if (indices.shape.length === 0 || tuple > x.shape.length) {
      throw new Error(`wants tuples of at most ${x.shape.length} indices, found indices of [${indices.shape}]`);
    }
    if (x.shape.slice(0, tuple).includes(0)) throw new Error(`wants elements to pick from, found [${x.shape}]`);
    return [...indices.shape.slice(0, -1), ...x.shape.slice(tuple)];
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x, indices }, _, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const data = x.data as Int8Array;
    const tuple = indices.type.shape[indices.type.shape.length - 1];
    const strides = stridesOf(x.type.shape);
    const inner = sizeOf(x.type.shape.slice(tuple));
    for (let i = 0; i * inner < out.length; i++) {
      let from = 0;
      for (let d = 0; d < tuple; d++) from += indexAt(indices, i * tuple + d, x.type.shape[d]) * strides[d];
      out.set(data.subarray(from, from + inner), i * inner);
    }
    return out;
  },
  sample: (rand, pool) => {
    const tuple = rand(1, 2);
    return {
      operands: {
        x: { storage: "i8", shape: [rand(1, 3), rand(1, 4), rand(1, 4)], quant: pool.quant("i8") },
        indices: { storage: "i32", shape: [rand(1, 3), tuple] },
      },
      attrs: {},
    };
  },
});

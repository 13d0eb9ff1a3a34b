/** Comparing, and choosing by a condition. */
import { oneOf } from "../attr.ts";
import { broadcastIndex, broadcastShape } from "../broadcast.ts";
import { defineOp, tensor } from "../op.ts";
import { allocate, sameQuant, sizeOf } from "../type.ts";

const any = ["i8", "u8", "i16", "u16", "i32", "i64", "f32", "bool"] as const;

/** Comparisons by name. Not-a-number is unequal to everything and neither less nor greater. */
export const comparisons = {
  eq: (x: number | bigint, y: number | bigint) => x === y,
  ne: (x: number | bigint, y: number | bigint) => x !== y,
  lt: (x: number | bigint, y: number | bigint) => x < y,
  le: (x: number | bigint, y: number | bigint) => x <= y,
  gt: (x: number | bigint, y: number | bigint) => x > y,
  ge: (x: number | bigint, y: number | bigint) => x >= y,
} as const;

export const compare = defineOp("compare", {
  doc: "Whether stored values of one storage stand in a relation, as bool; shapes broadcast. Quantizers must be equal, so that stored values compare as the reals do.",
  operands: { x: tensor(...any), y: tensor(...any) },
  attrs: { fn: oneOf(Object.keys(comparisons) as (keyof typeof comparisons)[]) },
  kind: "elementwise",
  level: "both",
  quant: "none",
  storage: "bool",
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    {
      id: "types",
      says: "operands of one storage and one per-tensor quantizer",
      holds: ({ x, y }) => x.storage === y.storage && sameQuant(x.quant, y.quant) && x.quant?.kind !== "axis",
    },
  ],
  eval({ x, y }, { fn }, type) {
    const out = new Uint8Array(sizeOf(type.shape));
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    const holds = comparisons[fn];
    for (let i = 0; i < out.length; i++) out[i] = Number(holds(x.data[xAt(i)], y.data[yAt(i)]));
    return out;
  },
  sample: (rand, pool) => {
    const x = pool.pick(
      (t) => (t.storage === "f32" || t.storage === "i32" || t.storage === "i64") && !t.quant,
      () => ({ storage: "i8", shape: [rand(1, 3), rand(1, 5)], quant: pool.quant("i8") }),
    );
    return { operands: { x, y: { ...x, shape: rand(0, 1) ? x.shape : x.shape.slice(1) } }, attrs: {} };
  },
});

export const where = defineOp("where", {
  doc: "Elements of x where the condition holds, of y elsewhere; shapes broadcast.",
  operands: { condition: tensor("bool"), x: tensor(...any), y: tensor(...any) },
  attrs: {},
  kind: "elementwise",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: ({ condition, x, y }) => broadcastShape(condition.shape, broadcastShape(x.shape, y.shape)),
  verify: [
    {
      id: "types",
      says: "x and y of one storage and one per-tensor quantizer",
      holds: ({ x, y }) => x.storage === y.storage && sameQuant(x.quant, y.quant) && x.quant?.kind !== "axis",
    },
  ],
  eval({ condition, x, y }, _, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const [cs, xs, ys] = [condition.data, x.data as Int8Array, y.data as Int8Array];
    const [cAt, xAt, yAt] = [condition, x, y].map((v) => broadcastIndex(v.type.shape, type.shape));
    for (let i = 0; i < out.length; i++) out[i] = cs[cAt(i)] ? xs[xAt(i)] : ys[yAt(i)];
    return out;
  },
  sample: (rand, pool) => {
    const condition = pool.pick(
      (t) => t.storage === "bool",
      () => ({ storage: "bool", shape: [rand(1, 3), rand(1, 4)] }),
    );
    const x = { storage: "i8", shape: condition.shape, quant: pool.quant("i8") } as const;
    return { operands: { condition, x, y: { ...x, shape: rand(0, 1) ? x.shape : x.shape.slice(1) } }, attrs: {} };
  },
});

/** Repeating elements. */
import { ints } from "../attr.ts";
import { broadcastIndex, broadcastShape } from "../broadcast.ts";
import { defineOp, tensor } from "../op.ts";
import { allocate, sameShape, sizeOf } from "../type.ts";

export const broadcast = defineOp("broadcast", {
  doc: "x repeated along dimensions of 1 and along new outer dimensions, to the given shape.",
  operands: { x: tensor("i8", "u8", "i16", "u16", "i32", "i64", "f32", "bool") },
  attrs: { shape: ints({ min: 0 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { shape }) {
    if (!sameShape(broadcastShape(x.shape, shape), shape)) {
      throw new Error(`wants a shape that [${x.shape}] broadcasts to, found [${shape}]`);
    }
    return shape;
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x }, _, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const data = x.data as Int8Array;
    if (data.length === 1) return out.fill(data[0]);
    const at = broadcastIndex(x.type.shape, type.shape);
    for (let i = 0; i < out.length; i++) out[i] = data[at(i)];
    return out;
  },
  sample: (rand, pool) => {
    const x = { storage: "i8", shape: [rand(1, 3), 1, rand(1, 3)], quant: pool.quant("i8") } as const;
    return { operands: { x }, attrs: { shape: [rand(1, 2), x.shape[0], rand(1, 3), x.shape[2]] } };
  },
});

/** Rows of length 1, in TFLite's fixed point. (In float: square, sum, root, division.) */
import { fixedInverseSqrt } from "../fixed-point.ts";
import { defineOp, tensor } from "../op.ts";
import { clamp, mulByQuantizedMultiplier } from "../rescale.ts";
import { allocate, storages, zeroOf } from "../type.ts";

export const l2Normalize = defineOp("l2_normalize", {
  doc: "x over the root of the sum of its squares along the last axis, on scale 1/128, in fixed point; a row of zeros stays.",
  operands: { x: tensor("i8", "u8") },
  attrs: {},
  kind: "reduction",
  level: "both",
  quant: "free",
  storage: { sameAs: "x" },
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "row",
      says: "x of at least one dimension, its last not empty",
      holds: ({ x }) => x.shape.length > 0 && x.shape[x.shape.length - 1] > 0,
    },
    {
      id: "quantizers",
      says: "x with one zero point, and a result with one scale",
      holds: ({ x }, _, r) => x.quant?.kind === "tensor" && r.quant?.kind === "tensor",
    },
  ],
  eval({ x }, _, type) {
    const row = type.shape[type.shape.length - 1];
    const data = x.data as Int8Array;
    const out = allocate(type.storage, data.length) as Int8Array;
    const zero = zeroOf(x.type);
    const { min, max } = storages[type.storage];
    for (let at = 0; at < out.length; at += row) {
      let sum = 0;
      for (let i = at; i < at + row; i++) sum = (sum + (data[i] - zero) ** 2) | 0;
      const { multiplier, shift } = fixedInverseSqrt(sum);
      for (let i = at; i < at + row; i++) {
        // Where the 7 fractional bits are taken is the storage's: i8 adds them to the shift, u8 to the value.
        const v =
          type.storage === "i8"
            ? mulByQuantizedMultiplier(data[i] - zero, multiplier, shift + 7)
            : mulByQuantizedMultiplier(128 * (data[i] - zero), multiplier, shift) + 128;
        out[i] = clamp(v, min, max);
      }
    }
    return out;
  },
  sample: (rand, pool) => ({
    operands: { x: { storage: "i8", shape: [rand(1, 3), rand(1, 9)], quant: pool.quant("i8") } },
    attrs: {},
    result: { quant: { kind: "tensor", scale: 1 / 128, zero: 0 } },
  }),
});

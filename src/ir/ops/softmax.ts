/** Softmax: e^x over the sum of e^x along the last axis. */
import { named } from "../attr.ts";
import { expOnNegativeValues, fixedReciprocal } from "../fixed-point.ts";
import { expf } from "../math.ts";
import { defineOp, tensor } from "../op.ts";
import { clamp, doublingHighMul, mulByQuantizedMultiplier, roundingDivideByPowerOfTwo } from "../rescale.ts";
import { lutRow } from "../softmax-lut.ts";
import { allocate, storages, type TypedArray } from "../type.ts";

const f = Math.fround;

/** The rules by name. */
export const softmaxRules = {
  /** f32: d = (x - row maximum) * beta, e^d by `math.ts`, summed in order, each quotient e^d / sum; every step rounded to f32. */
  float: { constants: ["beta"] },
  /** TFLite's reference on 8 bits (gemmlowp): see `softmaxExponentials`; result scale 1/256 or, of 16 bits, 1/65536. */
  gemmlowp: { constants: ["multiplier", "shift", "lowest"] },
  /** TFLite's reference on 16 bits: `softmax-lut.ts`; result scale 1/32768. */
  lut16: { constants: ["multiplier", "shift"] },
} as const;

export type SoftmaxRule = keyof typeof softmaxRules;

/** A rule of softmax with its constants. */
export interface SoftmaxBy {
  readonly rule: SoftmaxRule;
  readonly k: readonly number[];
}

/**
 * The 256 exponentials of the gemmlowp rule in Q0.31: entry 255 + d is e^d of a stored value d below its row's maximum.
 * d is rescaled to Q5.26 by multiplier and shift; differences below `lowest` count as 0.
 */
export function softmaxExponentials([multiplier, shift, lowest]: readonly number[]): Int32Array {
  return Int32Array.from({ length: 256 }, (_, i) => {
    const d = i - 255;
    return d < lowest ? 0 : expOnNegativeValues(mulByQuantizedMultiplier(d, multiplier, shift), 5);
  });
}

function fixedRow(x: Int8Array, exps: Int32Array, out: Int8Array, bits: number, lo: number, hi: number): void {
  let max = x[0];
  for (const v of x) if (v > max) max = v;
  // The sum is in Q12.19: up to 4096 ones.
  let sum = 0;
  for (const v of x) sum = (sum + roundingDivideByPowerOfTwo(exps[255 + v - max], 12)) | 0;
  const { mantissa, bits: over } = fixedReciprocal(sum, 12);
  for (let i = 0; i < x.length; i++) {
    const v = doublingHighMul(mantissa, exps[255 + x[i] - max]);
    out[i] = clamp(roundingDivideByPowerOfTwo(v, over + 31 - bits) + lo, lo, hi);
  }
}

function floatRow(x: Float32Array, beta: number, out: Float32Array): void {
  let max = x[0];
  for (const v of x) if (v > max) max = v;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    out[i] = expf(f(f(x[i] - max) * beta));
    sum = f(sum + out[i]);
  }
  for (let i = 0; i < x.length; i++) out[i] = out[i] / sum;
}

export const softmax = defineOp("softmax", {
  doc: "e^x over the sum of e^x along the last axis, by a named rule.",
  operands: { x: tensor("i8", "u8", "i16", "f32") },
  attrs: {
    by: named<SoftmaxRule>(softmaxRules, (rand) => ({ rule: "gemmlowp", k: [1073741824 + rand(0, 1e9), 22, -255] })),
  },
  kind: "reduction",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "row",
      says: "x of at least one dimension, its last not empty",
      holds: ({ x }) => x.shape.length > 0 && x.shape[x.shape.length - 1] > 0,
    },
    {
      id: "rule",
      says: "float on f32, lut16 on i16 with a result in i16, gemmlowp on 8 bits with a result of 8 or 16 bits",
      holds: ({ x }, { by }, r) => {
        if (by.rule === "float") return x.storage === "f32" && r.storage === "f32";
        if (r.quant?.kind !== "tensor") return false;
        if (by.rule === "lut16") return x.storage === "i16" && r.storage === "i16";
        return (x.storage === "i8" || x.storage === "u8") && ["i8", "u8", "i16"].includes(r.storage);
      },
    },
  ],
  eval({ x }, { by }, type): TypedArray {
    const row = type.shape[type.shape.length - 1];
    const out = allocate(type.storage, x.data.length);
    const exps = by.rule === "gemmlowp" ? softmaxExponentials(by.k) : undefined;
    const { bytes, min, max } = storages[type.storage];
    for (let at = 0; at < out.length; at += row) {
      const [from, to] = [x.data.subarray(at, at + row), out.subarray(at, at + row)];
      if (by.rule === "lut16") lutRow(from as Int16Array, by.k, to as Int16Array);
      else if (exps) fixedRow(from as Int8Array, exps, to as Int8Array, 8 * bytes, min, max);
      else floatRow(from as Float32Array, by.k[0], to as Float32Array);
    }
    return out;
  },
  sample: (rand, pool) => ({
    operands: { x: { storage: "i8", shape: [rand(1, 3), rand(1, 12)], quant: pool.quant("i8") } },
    attrs: {},
    result: { storage: "i8", quant: { kind: "tensor", scale: 1 / 256, zero: -128 } },
  }),
});

/** Crossing between real numbers and stored integers, and between scales. */

import { roundHalfEven } from "../../tensor/arith.ts";
import { bool, float, oneOf, range, rescaling } from "../attr.ts";
import { defineOp, tensor } from "../op.ts";
import { clamp, type Rescale, rescale, roundHalfAway } from "../rescale.ts";
import { byteValue } from "../sample.ts";
import { allocate, storages, zeroOf, zeroOfChannel } from "../type.ts";

const f = Math.fround;

/** How a real number becomes a stored one: by which of scale and reciprocal, and which ties. */
export const quantizeRules = {
  /** PyTorch: x * f(1 / f(scale)), halves to even; the zero point is added afterwards. */
  recip_even: (x: number, k: number) => roundHalfEven(f(x * k)),
  /** ONNX: x / scale, halves to even. */
  div_even: (x: number, k: number) => roundHalfEven(f(x / k)),
  /** TFLite: x / scale, halves away from zero. */
  div_away: (x: number, k: number) => roundHalfAway(f(x / k)),
} as const;

export const quantize = defineOp("quantize", {
  doc: "Real numbers to stored integers: round(x by k) + zero point, clamped. `k` is the scale or its reciprocal as `by` wants; not-a-number gives the lower bound unless `nan` says upper. The zero point is rounded to f32 and added in f32, which only i32 results can feel.",
  operands: { x: tensor("f32") },
  attrs: {
    by: oneOf(["recip_even", "div_even", "div_away"]),
    k: float(),
    clamp: range(),
    nan: oneOf(["low", "high"], { default: "low" }),
    infinityLow: bool({ default: false }),
  },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "quantizer",
      says: "an integer result with one scale and zero point",
      holds: (_, __, r) => r.storage !== "f32" && r.quant?.kind === "tensor",
    },
    {
      id: "clamp",
      says: "bounds within the storage",
      holds: (_, { clamp: [lo, hi] }, r) => lo >= storages[r.storage].min && hi <= storages[r.storage].max,
    },
  ],
  eval({ x }, { by, k, clamp: [lo, hi], nan, infinityLow }, type) {
    const zero = f(zeroOf(type));
    const out = allocate(type.storage, x.data.length) as Int8Array;
    const source = x.data as Float32Array;
    for (let i = 0; i < out.length; i++) {
      const v = quantizeRules[by](source[i], k);
      if (Number.isNaN(v)) out[i] = nan === "low" ? lo : hi;
      // PyTorch converts to int64 first, where everything beyond 2^63 becomes the lowest integer.
      else if (infinityLow && Math.abs(v) >= 2 ** 63) out[i] = lo;
      else out[i] = clamp(f(v + zero), lo, hi);
    }
    return out;
  },
  sample: (rand, pool) => {
    const quant = pool.quant("i8");
    const x = pool.pick(
      (t) => t.storage === "f32",
      () => ({ storage: "f32", shape: [rand(1, 4), rand(1, 9)] }),
    );
    return {
      operands: { x },
      attrs: { k: quant.scale, clamp: [-128, 127], nan: "low", infinityLow: false },
      result: { storage: "i8", quant },
    };
  },
});

export const dequantize = defineOp("dequantize", {
  doc: "Stored integers to real numbers: scale * (q - zero point) with a 32-bit difference, rounded to f32 once. Per tensor the scale is taken as f32 (PyTorch, ONNX, TFLite agree); along an axis it stays a double, as in PyTorch.",
  operands: { x: tensor("i8", "u8", "i16", "u16", "i32") },
  attrs: {},
  kind: "elementwise",
  level: "both",
  quant: "none",
  storage: "f32",
  shape: ({ x }) => x.shape,
  verify: [{ id: "quantizer", says: "a quantized operand", holds: ({ x }) => x.quant !== undefined }],
  eval({ x }) {
    const data = x.data as Int8Array;
    const out = new Float32Array(data.length);
    const { quant, shape } = x.type;
    if (quant?.kind === "tensor") {
      const scale = f(quant.scale);
      for (let i = 0; i < out.length; i++) out[i] = scale * f((data[i] - quant.zero) | 0);
      return out;
    }
    const axis =
      quant?.kind === "axis" ? quant : quant?.kind === "product" && quant.b.kind === "axis" ? quant.b : undefined;
    let inner = 1;
    for (let d = shape.length - 1; axis && d > axis.axis; d--) inner *= shape[d];
    const a = quant?.kind === "product" ? quant.a : 1;
    for (let i = 0; i < out.length; i++) {
      const c = axis ? Math.floor(i / inner) % shape[axis.axis] : 0;
      const b = axis
        ? axis.channels.scales[c]
        : quant?.kind === "product" && quant.b.kind === "scale"
          ? quant.b.scale
          : 1;
      const zero = quant?.kind === "axis" ? zeroOfChannel(x.type, c) : 0;
      out[i] = a * b * (f(data[i]) - f(zero));
    }
    return out;
  },
  sample: (rand, pool) => ({ operands: { x: byteValue(rand, pool) }, attrs: {} }),
});

export const requantize = defineOp("requantize", {
  doc: "Exact integers (sums, or stored values minus their zero point) to another scale: rescaled by a named rule per channel of the last axis, plus the result's zero point, clamped.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "i64") },
  attrs: { by: rescaling(), clamp: range() },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "channels",
      says: "one constant, or one per channel of the last axis",
      holds: ({ x }, { by }) =>
        (by.a.length === 1 || by.a.length === x.shape[x.shape.length - 1]) &&
        (by.b.length === 0 || by.b.length === by.a.length),
    },
    {
      id: "wide",
      says: "64-bit sums by the rule q15_single only",
      holds: ({ x }, { by }) => x.storage !== "i64" || by.rule === "q15_single",
    },
    {
      id: "quantizer",
      says: "an integer result with one scale and zero point",
      holds: (_, __, r) => r.storage !== "f32" && r.quant?.kind === "tensor",
    },
    {
      id: "clamp",
      says: "bounds within the storage",
      holds: (_, { clamp: [lo, hi] }, r) => lo >= storages[r.storage].min && hi <= storages[r.storage].max,
    },
  ],
  eval({ x }, { by, clamp: [lo, hi] }, type) {
    const data = x.data as Int32Array;
    const out = allocate(type.storage, data.length) as Int8Array;
    const channels = type.shape[type.shape.length - 1] ?? 1;
    const from = zeroOf(x.type);
    const zero = zeroOf(type);
    for (let i = 0; i < out.length; i++)
      out[i] = clamp(rescale(by, Number(data[i]) - from, i % channels, zero), lo, hi);
    return out;
  },
  sample: (rand, pool) => {
    const x = pool.pick(
      (t) => t.storage === "i32" && t.quant !== undefined,
      () => byteValue(rand, pool),
    );
    const channels = rand(0, 1) ? (x.shape[x.shape.length - 1] ?? 1) : 1;
    const storage = rand(0, 1) ? "i8" : "u8";
    const wide = x.storage === "i32";
    const per = <T>(make: () => T): T[] => Array.from({ length: channels }, make);
    const by: Rescale = rand(0, 1)
      ? { rule: "f32_rne", a: per(() => f(rand(1, 400) / (wide ? 100_000 : 400))), b: [] }
      : { rule: "q31_double", a: per(() => 2 ** 30 + rand(0, 2 ** 30 - 1)), b: per(() => rand(wide ? -9 : -2, 0)) };
    const { min, max } = storages[storage];
    return {
      operands: { x },
      attrs: { by, clamp: rand(0, 2) ? [min, max] : [min + 70, max] },
      result: { storage, quant: pool.quant(storage) },
    };
  },
});

/** Windows that reduce: max and average pooling, and sums over axes. */

import { averaging, bool, ints, range } from "../attr.ts";
import { averageBy } from "../averaging.ts";
import { defineOp, tensor, type Value } from "../op.ts";
import { clamp } from "../rescale.ts";
import { image } from "../sample.ts";
import { allocate, sizeOf, storages, stridesOf, type TensorType, zeroOf } from "../type.ts";
import { windowAttrs, windowed } from "./conv.ts";

type PoolAttrs = {
  window: readonly number[];
  stride: readonly number[];
  pad: readonly number[];
  dilation: readonly number[];
};

const poolAttrs = { window: ints({ length: 2, min: 1, max: 3 }), ...windowAttrs };

function poolShape({ x }: { x: TensorType }, { window, stride, pad, dilation }: PoolAttrs): number[] {
  if (x.shape.length !== 4) throw new Error(`wants x as [N, H, W, C], found [${x.shape}]`);
  const [n, h, w, c] = x.shape;
  return [
    n,
    windowed(h, window[0], stride[0], pad[0], pad[2], dilation[0]),
    windowed(w, window[1], stride[1], pad[1], pad[3], dilation[1]),
    c,
  ];
}

const padBelowWindow = {
  id: "pad",
  says: "padding below the window's extent, so that every window meets the image",
  holds: (_: unknown, { window, pad, dilation }: PoolAttrs) =>
    [0, 1, 2, 3].every((i) => pad[i] <= (window[i % 2] - 1) * dilation[i % 2]),
} as const;

/** Calls `visit` for each output with the positions of its window that lie inside the image, as offsets of channel 0. */
function eachWindow(
  x: Value,
  { window, stride, pad, dilation }: PoolAttrs,
  shape: readonly number[],
  visit: (out: number, inside: number[]) => void,
): void {
  const [n, oh, ow, c] = shape;
  const [, h, w] = x.type.shape;
  let out = 0;
  for (let b = 0; b < n; b++)
    for (let y = 0; y < oh; y++)
      for (let z = 0; z < ow; z++, out += c) {
        const inside: number[] = [];
        for (let ky = 0; ky < window[0]; ky++) {
          const iy = y * stride[0] - pad[0] + ky * dilation[0];
          if (iy < 0 || iy >= h) continue;
          for (let kx = 0; kx < window[1]; kx++) {
            const ix = z * stride[1] - pad[1] + kx * dilation[1];
            if (ix >= 0 && ix < w) inside.push(((b * h + iy) * w + ix) * c);
          }
        }
        visit(out, inside);
      }
}

export const maxPool = defineOp("max_pool", {
  doc: "The largest stored value of each window of an NHWC image; padding never wins.",
  operands: { x: tensor("i8", "u8", "i16", "f32") },
  attrs: poolAttrs,
  kind: "reduction",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: poolShape,
  verify: [padBelowWindow],
  eval({ x }, attrs, type) {
    const data = x.data as Int8Array;
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const c = type.shape[3];
    eachWindow(x, attrs, type.shape, (at, inside) => {
      for (let k = 0; k < c; k++) {
        let max = storages[type.storage].min;
        for (const p of inside) if (data[p + k] > max) max = data[p + k];
        out[at + k] = max;
      }
    });
    return out;
  },
  sample: (rand, pool) => ({ operands: { x: image(rand, pool) }, attrs: {} }),
});

export const avgPool = defineOp("avg_pool", {
  doc: "The average of each window of an NHWC image by a named rule (which says what padding counts), clamped. On floats: the sum over the window's inside in row order, divided by how many there are, each step in f32.",
  operands: { x: tensor("i8", "u8", "i16", "f32") },
  attrs: {
    ...poolAttrs,
    by: averaging(),
    clamp: range({ default: [-Infinity, Infinity] }),
    countPad: bool({ default: false }),
  },
  kind: "reduction",
  level: "both",
  quant: "free",
  storage: { sameAs: "x" },
  shape: poolShape,
  verify: [padBelowWindow],
  eval({ x }, { by, clamp: [lo, hi], countPad, ...attrs }, type) {
    const data = x.data as Int8Array;
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const c = type.shape[3];
    const area = attrs.window[0] * attrs.window[1];
    const float = type.storage === "f32";
    const bounds = storages[type.storage];
    const [low, high] = [Math.max(lo, bounds.min), Math.min(hi, bounds.max)];
    const zeros = { x: float ? 0 : zeroOf(x.type), result: float ? 0 : zeroOf(type) };
    eachWindow(x, attrs, type.shape, (at, inside) => {
      for (let k = 0; k < c; k++) {
        let sum = 0;
        for (const p of inside) sum = float ? Math.fround(sum + data[p + k]) : sum + data[p + k];
        const v = averageBy(by, sum, inside.length, countPad ? area : inside.length, zeros);
        out[at + k] = clamp(v, low, high);
      }
    });
    return out;
  },
  sample: (rand, pool) => {
    const x = image(rand, pool);
    return {
      operands: { x },
      attrs: { by: { rule: "int_away", k: [] }, clamp: [storages[x.storage].min, storages[x.storage].max] },
      result: { quant: x.quant },
    };
  },
});

export const sum = defineOp("sum", {
  doc: "Sums over axes: exact 32-bit sums of (x - zero point) of integers; f32 sums in row-major order of the reduced elements.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "f32") },
  attrs: { axes: ints({ min: 0 }), keepDims: bool({ default: true }) },
  kind: "reduction",
  level: "both",
  quant: { scaleOf: "x" },
  storage: ({ x }) => (x.storage === "f32" ? "f32" : "i32"),
  shape({ x }, { axes, keepDims }) {
    const bad = axes.find((a) => a >= x.shape.length);
    if (bad !== undefined) throw new Error(`wants axes below ${x.shape.length}, found ${bad}`);
    const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
    return keepDims ? kept : kept.filter((_, i) => !axes.includes(i));
  },
  eval({ x }, { axes }, type) {
    const data = x.data as Int8Array;
    const float = type.storage === "f32";
    const out = (float ? new Float32Array(sizeOf(type.shape)) : new Int32Array(sizeOf(type.shape))) as Int32Array;
    const { shape } = x.type;
    const kept = stridesOf(shape.map((d, i) => (axes.includes(i) ? 1 : d)));
    const strides = stridesOf(shape);
    const zero = float ? 0 : zeroOf(x.type);
    for (let i = 0; i < data.length; i++) {
      let at = 0;
      for (let d = 0; d < shape.length; d++) {
        if (!axes.includes(d)) at += (Math.floor(i / strides[d]) % shape[d]) * kept[d];
      }
      out[at] += data[i] - zero;
    }
    return out;
  },
  sample: (rand, pool) => ({ operands: { x: image(rand, pool) }, attrs: { axes: [[1, 2], [3], [1]][rand(0, 2)] } }),
});

/** Scaling of images, by the rules of TFLite and PyTorch. */
import { roundHalfEven } from "../../tensor/arith.ts";
import { bool, ints, oneOf } from "../attr.ts";
import { defineOp, tensor } from "../op.ts";
import { clamp, roundHalfAway } from "../rescale.ts";
import { allocate, sizeOf, storages, zeroOf } from "../type.ts";

const f = Math.fround;

/** Where output positions along one dimension read: two input positions, and how much of the second. */
interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Weight of `high`: a fraction in f32, or its 1024ths. */
  readonly weight: Float64Array;
}

type Rule = "nearest" | "linear_1024" | "linear_float" | "linear_torch";

/**
 * Positions and weights along a dimension of `size` scaled to `result`. Output i lies at i * step of the input, or at
 * (i + 1/2) * step - 1/2 (`halfPixel`); step is size / result, or (size - 1) / (result - 1) (`align`). In f32, or in integer 1024ths.
 * `linear_torch` begins at position 0, and takes step 0 to align a single output.
 */
export function resizeTaps(rule: Rule, size: number, result: number, align: boolean, halfPixel: boolean): Taps {
  const low = new Int32Array(result);
  const high = new Int32Array(result);
  const weight = new Float64Array(result);
  const [from, to] = align && result > 1 ? [size - 1, result - 1] : [size, result];
  const torch = rule === "linear_torch";
  const step =
    rule === "linear_1024"
      ? Math.floor((1024 * from + (to >> 1)) / to)
      : torch && align && result === 1
        ? 0
        : f(from / to);
  for (let i = 0; i < result; i++) {
    if (rule === "nearest") {
      const at = f((i + (halfPixel ? 0.5 : 0)) * step);
      low[i] = Math.max(0, Math.min(size - 1, align ? roundHalfAway(at) : Math.floor(at)));
      high[i] = low[i];
    } else if (rule === "linear_1024") {
      const at = i * step + (halfPixel ? (step >> 1) - 512 : 0);
      low[i] = Math.max(0, Math.min(size - 1, Math.trunc(at / 1024)));
      high[i] = Math.min(size - 1, Math.trunc((at + 1023) / 1024));
      weight[i] = at - 1024 * low[i];
    } else {
      const exact = halfPixel ? f(f((i + 0.5) * step) - 0.5) : f(i * step);
      const at = torch ? Math.max(0, exact) : exact;
      low[i] = Math.max(0, Math.min(size - 1, Math.floor(at)));
      high[i] = Math.min(size - 1, Math.ceil(at));
      weight[i] = f(at - low[i]);
    }
  }
  return { low, high, weight };
}

/** Corner values mixed by integer 1024ths; the sum of products / 2^20, halves away from zero. */
function mixInteger(a: number, b: number, c: number, d: number, wy: number, wx: number): number {
  const sum = a * (1024 - wy) * (1024 - wx) + b * wy * (1024 - wx) + c * (1024 - wy) * wx + d * wy * wx;
  return Math.trunc((sum + (sum > 0 ? 524288 : -524288)) / 1048576);
}

/** Corner values mixed in f32, each product and sum rounded; `half` is added last. */
function mixFloat(a: number, b: number, c: number, d: number, wy: number, wx: number, half: number): number {
  const [vy, vx] = [f(1 - wy), f(1 - wx)];
  const first = f(f(f(f(a * vy) * vx) + f(f(b * wy) * vx)) + f(f(c * vy) * wx));
  return f(f(first + f(f(d * wy) * wx)) + half);
}

/** Corner values mixed in f32 row by row, as PyTorch does it on stored values; each product and sum rounded. */
function mixRows(a: number, b: number, c: number, d: number, wy: number, wx: number): number {
  const [vy, vx] = [f(1 - wy), f(1 - wx)];
  const top = f(f(vx * a) + f(wx * c));
  const bottom = f(f(vx * b) + f(wx * d));
  return f(f(vy * top) + f(wy * bottom));
}

export const resize = defineOp("resize", {
  doc: "An NHWC image scaled to [height, width]: nearest, or bilinear with weights in integer 1024ths (halves away from zero) or in f32: `linear_float` (integer results: + 1/2, truncated), `linear_torch` (minus the zero point in f32, halves to even).",
  operands: { x: tensor("i8", "u8", "i16", "f32") },
  attrs: {
    size: ints({ length: 2, min: 1, max: 6 }),
    by: oneOf(["nearest", "linear_1024", "linear_float", "linear_torch"]),
    alignCorners: bool({ default: false }),
    halfPixel: bool({ default: false }),
  },
  kind: "reduction",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { size }) {
    if (x.shape.length !== 4) throw new Error(`wants x as [N, H, W, C], found [${x.shape}]`);
    if (x.shape[1] === 0 || x.shape[2] === 0) throw new Error(`wants an image that is not empty, found [${x.shape}]`);
    return [x.shape[0], ...size, x.shape[3]];
  },
  verify: [
    {
      id: "rule",
      says: "1024ths and linear_torch for integers with one zero point only, and linear_float for u8 and f32 only",
      holds: ({ x }, { by }) =>
        by === "nearest" ||
        (by === "linear_float"
          ? x.storage === "f32" || x.storage === "u8"
          : x.storage !== "f32" && (by === "linear_1024" || x.quant?.kind === "tensor")),
    },
  ],
  eval({ x }, { by, alignCorners, halfPixel }, type) {
    const [n, h, w, c] = x.type.shape;
    const [, oh, ow] = type.shape;
    const data = x.data as Int8Array;
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const rows = resizeTaps(by, h, oh, alignCorners, halfPixel);
    const columns = resizeTaps(by, w, ow, alignCorners, halfPixel);
    const half = type.storage === "f32" ? 0 : 0.5;
    const zero = by === "linear_torch" ? zeroOf(type) : 0;
    const { min, max } = storages[type.storage];
    let at = 0;
    for (let b = 0; b < n; b++)
      for (let y = 0; y < oh; y++)
        for (let z = 0; z < ow; z++) {
          const top = (b * h + rows.low[y]) * w;
          const bottom = (b * h + rows.high[y]) * w;
          const [left, right] = [columns.low[z], columns.high[z]];
          const [wy, wx] = [rows.weight[y], columns.weight[z]];
          for (let k = 0; k < c; k++) {
            const topLeft = data[(top + left) * c + k];
            if (by === "nearest") {
              out[at++] = topLeft;
              continue;
            }
            const bottomLeft = data[(bottom + left) * c + k];
            const topRight = data[(top + right) * c + k];
            const bottomRight = data[(bottom + right) * c + k];
            if (by === "linear_torch") {
              const mixed = mixRows(topLeft, bottomLeft, topRight, bottomRight, wy, wx);
              out[at++] = clamp(roundHalfEven(f(mixed - zero)) + zero, min, max);
              continue;
            }
            out[at++] =
              by === "linear_1024"
                ? mixInteger(topLeft, bottomLeft, topRight, bottomRight, wy, wx)
                : mixFloat(topLeft, bottomLeft, topRight, bottomRight, wy, wx, half);
          }
        }
    return out;
  },
  sample: (rand, pool) => {
    const shape = [1, rand(1, 4), rand(1, 4), rand(1, 3)];
    return {
      operands: { x: { storage: "i8", shape, quant: pool.quant("i8") } },
      attrs: {
        by: rand(0, 1) ? ("nearest" as const) : ("linear_1024" as const),
        alignCorners: false,
        halfPixel: rand(0, 1) === 1,
      },
    };
  },
});

/** Pools over [N, C, H, W] images. */
import { ArgumentError } from "../../errors.ts";
import type { Averaging } from "../../ir/averaging.ts";
import type { Node } from "../../ir/graph.ts";
import { avgPool, maxPool } from "../../ir/ops/pool.ts";
import { concat, pad as irPad, slice as irSlice } from "../../ir/ops/shape.ts";
import { qrange } from "../../tensor/dtype.ts";
import type { PerTensorAffineQuantizer } from "../../tensor/quantizer.ts";
import { type Build, type CallOptions, call, type EngineOptions } from "../call.ts";
import { bytes, pair, perTensorOf, rank } from "../check.ts";
import type { Quantized } from "../symbolic.ts";
import { quantOf } from "../types.ts";
import { nchw, nhwc } from "./gemm.ts";

const f = Math.fround;

type Pair = number | readonly [number, number];

/** What the memory of an image looks like in PyTorch: its scalar average pools round differently in each. */
export interface MemoryOptions {
  /** "contiguous" (NCHW) unless stated. */
  readonly memoryFormat?: "contiguous" | "channelsLast";
}

export type MaxPoolOptions = CallOptions & {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  /** Whether a last window may start inside and end outside of the padded image. */
  readonly ceilMode?: boolean;
};

export type AvgPoolOptions = EngineOptions &
  MemoryOptions & {
    readonly stride?: Pair;
    readonly padding?: Pair;
    readonly ceilMode?: boolean;
    /** Whether padding counts as zeros; true unless stated. qnnpack counts it always. */
    readonly countIncludePad?: boolean;
    /** What to divide by instead of the number of elements. qnnpack has none. */
    readonly divisorOverride?: number | null;
  };

/** The largest value of each window of `kernel`; the stride is the kernel unless stated. */
export function maxPool2d<T extends Quantized>(x: T, kernel: Pair, options: MaxPoolOptions = {}): T {
  return call("maxPool2d", options, [x], (b) => {
    perTensorOf(x, "x", bytes);
    rank(x, 4, "x", "[N, C, H, W]");
    const place = placement(x, kernel, options);
    const attrs = { window: place.window, stride: place.stride, pad: place.pad, dilation: place.dilation };
    return nchw(b, b.emit(maxPool, { x: nhwc(b, b.value(x)) }, attrs));
  }) as T;
}

/** The average of each window of `kernel`, on x's quantizer; the stride is the kernel unless stated. */
export function avgPool2d<T extends Quantized>(x: T, kernel: Pair, options: AvgPoolOptions = {}): T {
  return call("avgPool2d", options, [x], (b) => {
    const quantizer = perTensorOf(x, "x", bytes);
    rank(x, 4, "x", "[N, C, H, W]");
    const place = placement(x, kernel, options);
    const divisor = options.divisorOverride ?? undefined;
    if (divisor !== undefined && (!Number.isSafeInteger(divisor) || divisor === 0))
      throw new ArgumentError("divisorOverride", "an integer other than 0", divisor);
    const counting = options.countIncludePad ?? true;
    const image = nhwc(b, b.value(x));
    if (b.engine === "qnnpack" && quantizer.dtype === "quint8" && !options.ceilMode) {
      if (divisor !== undefined)
        throw new ArgumentError("divisorOverride", 'no divisor with engine "qnnpack" (or engine: "none")', divisor);
      if (!counting && place.pad.some((p) => p > 0))
        throw new ArgumentError("countIncludePad", 'true where engine "qnnpack" pads (or engine: "none")', counting);
      return nchw(b, average(b, image, quantizer, place, qnnpackAverage(quantizer, place.window), false));
    }
    const last = isChannelsLast(x, options);
    // Windows that end beyond the padding do not count what lies there: the image is padded for them, and all of it counts.
    const beyond = counting && divisor === undefined && place.pad.some((p, i) => p > place.padding[i % 2]);
    const [padded, placed] = beyond ? paddedImage(b, image, quantizer, place) : [image, place];
    return nchw(b, average(b, padded, quantizer, placed, torchAverage(last, divisor), counting && !beyond));
  }) as T;
}

/** The average over windows that tile [H, W] into `output` parts; null keeps a dimension. On x's quantizer. */
export function adaptiveAvgPool2d<T extends Quantized>(
  x: T,
  output: Pair | readonly [number | null, number | null],
  options: EngineOptions & MemoryOptions = {},
): T {
  return call("adaptiveAvgPool2d", options, [x], (b) => {
    const quantizer = perTensorOf(x, "x", bytes);
    rank(x, 4, "x", "[N, C, H, W]");
    const wanted = Array.isArray(output) ? output.map((v, d) => v ?? x.shape[2 + d]) : output;
    const size = pair(wanted, "output", 1);
    for (const d of [0, 1])
      if (x.shape[2 + d] === 0) throw new ArgumentError("x", "an image that is not empty", `[${x.shape.join(", ")}]`);
    const rows = parts(x.shape[2], size[0]);
    const columns = parts(x.shape[3], size[1]);
    const image = nhwc(b, b.value(x));
    const rule = adaptiveRule(b, x, quantizer, size, options);
    if (isRegular(rows) && isRegular(columns)) {
      const place = {
        window: [rows[0].count, columns[0].count],
        stride: [stepOf(rows), stepOf(columns)],
        pad: [0, 0, 0, 0],
        dilation: [1, 1],
        padding: [0, 0] as const,
      };
      return nchw(b, average(b, image, quantizer, place, rule(rows[0].count, columns[0].count), false));
    }
    const lines = rows.map((row, i) =>
      join(
        b,
        2,
        columns.map((column, j) => {
          const at = `${b.name}.${i}.${j}`;
          const attrs = {
            begin: [0, row.start, column.start, 0],
            size: [x.shape[0], row.count, column.count, x.shape[1]],
            step: [1, 1, 1, 1],
          };
          const part = b.emit(irSlice, { x: image }, attrs, { name: `${at}.slice` });
          const place = {
            window: [row.count, column.count],
            stride: [1, 1],
            pad: [0, 0, 0, 0],
            dilation: [1, 1],
            padding: [0, 0] as const,
          };
          return average(b, part, quantizer, place, rule(row.count, column.count), false, at);
        }),
        `${b.name}.${i}`,
      ),
    );
    return nchw(b, join(b, 1, lines, b.name));
  }) as T;
}

interface Placement {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** [top, left, bottom, right], grown below and to the right for windows that end there. */
  readonly pad: readonly number[];
  /** The padding that the caller stated. */
  readonly padding: readonly [number, number];
}

/** Where the windows are, by PyTorch's rules for the extent of the result. */
function placement(x: Quantized, kernel: unknown, options: MaxPoolOptions): Placement {
  const window = pair(kernel, "kernel", 1);
  const stride = pair(options.stride ?? window, "stride", 1);
  const padding = pair(options.padding ?? 0, "padding", 0);
  const dilation = pair(options.dilation ?? 1, "dilation", 1);
  const after = [0, 1].map((d) => {
    if (padding[d] > window[d] / 2)
      throw new ArgumentError("padding", `at most half of the kernel [${window.join(", ")}]`, [...padding]);
    const size = x.shape[2 + d];
    const reach = (window[d] - 1) * dilation[d] + 1;
    const room = size + 2 * padding[d] - reach;
    if (room < 0) {
      const side = d === 0 ? "height" : "width";
      throw new ArgumentError(
        "kernel",
        `a ${side} of at most ${size + 2 * padding[d]} with its dilation (x padded)`,
        reach,
      );
    }
    if (!options.ceilMode) return padding[d];
    let count = Math.ceil(room / stride[d]) + 1;
    if ((count - 1) * stride[d] >= size + padding[d]) count--;
    return Math.max(0, (count - 1) * stride[d] + reach - size - padding[d]);
  });
  return { window, stride, dilation, padding, pad: [padding[0], padding[1], after[0], after[1]] };
}

/** The image with the stated padding written out as zero points, and the windows placed on that. */
function paddedImage(b: Build, x: Node, { zeroPoint }: PerTensorAffineQuantizer, place: Placement): [Node, Placement] {
  const [h, w] = place.padding;
  const [, , bottom, right] = place.pad;
  const attrs = { before: [0, h, w, 0], after: [0, h, w, 0], value: [zeroPoint] };
  return [
    b.emit(irPad, { x }, attrs, { name: `${b.name}.padded` }),
    { ...place, pad: [0, 0, Math.max(0, bottom - h), Math.max(0, right - w)] },
  ];
}

/** An average pool of an NHWC image on its own quantizer. */
function average(
  b: Build,
  x: Node,
  quantizer: PerTensorAffineQuantizer,
  { window, stride, pad }: Placement,
  by: Averaging,
  countPad: boolean,
  name = b.name,
): Node {
  const attrs = { window, stride, pad, by, countPad, clamp: qrange(quantizer.dtype) };
  return b.emit(avgPool, { x }, attrs, { quant: quantOf(quantizer), name });
}

/** QNNPACK's average over a window, with the same scale in and out. */
export const qnnpackAverage = ({ scale }: PerTensorAffineQuantizer, window: readonly number[]): Averaging => ({
  rule: "qnnpack",
  k: [f(f(scale) / f(f(scale) * (window[0] * window[1])))],
});

/** PyTorch's scalar kernels, by memory format, with the same scale in and out. */
function torchAverage(channelsLast: boolean, divisor: number | undefined): Averaging {
  if (divisor === undefined) return { rule: channelsLast ? "torch_nhwc" : "torch_nchw", k: [1] };
  return channelsLast
    ? { rule: "qnnpack", k: [f(1 / f(1 / f(1 / divisor)))] }
    : { rule: "torch_nchw_fixed", k: [f(1 / divisor)] };
}

/** Whether PyTorch takes the NHWC path: also where both orders of memory are the same. */
const isChannelsLast = (x: Quantized, { memoryFormat }: MemoryOptions): boolean => {
  if (memoryFormat !== undefined && memoryFormat !== "contiguous" && memoryFormat !== "channelsLast")
    throw new ArgumentError("memoryFormat", '"contiguous" or "channelsLast"', memoryFormat);
  const [, c, h, w] = x.shape;
  return memoryFormat === "channelsLast" || c === 1 || (h === 1 && w === 1);
};

/** The rounding of an adaptive pool, given a window's height and width. */
function adaptiveRule(
  b: Build,
  x: Quantized,
  quantizer: PerTensorAffineQuantizer,
  size: readonly number[],
  options: MemoryOptions,
): (height: number, width: number) => Averaging {
  const divides = size.every((s, d) => x.shape[2 + d] % s === 0);
  if (b.engine === "qnnpack" && quantizer.dtype === "quint8" && divides)
    return (h, w) => qnnpackAverage(quantizer, [h, w]);
  if (isChannelsLast(x, options)) return () => ({ rule: "torch_nhwc", k: [1] });
  return (h, w) => ({ rule: "raw_even", k: [f(f(1 / h) / w)] });
}

interface Part {
  readonly start: number;
  readonly count: number;
}

/** Where each of `count` outputs along a dimension reads: from floor(i size / count) to ceil((i + 1) size / count). */
const parts = (size: number, count: number): Part[] =>
  Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * size) / count);
    return { start, count: Math.ceil(((i + 1) * size) / count) - start };
  });

const stepOf = (list: readonly Part[]): number => (list.length > 1 ? list[1].start - list[0].start : 1);

/** Whether the parts are windows of one size at one stride. */
const isRegular = (list: readonly Part[]): boolean =>
  list.every((p, i) => p.count === list[0].count && p.start === i * stepOf(list));

const join = (b: Build, axis: number, xs: readonly Node[], name: string): Node =>
  xs.length === 1 ? xs[0] : b.emit(concat, { xs }, { axis: [axis] }, { name });

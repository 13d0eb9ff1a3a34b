/**
 * Resize: along each dimension an output element is a weighted sum of input elements, at positions and with weights that
 * are known at import. ONNX's specification defines both; they are formed in doubles and the weights rounded to f32.
 */
import type { Node } from "../../../ir/graph.ts";
import { binary } from "../../../ir/ops/elementwise.ts";
import { where } from "../../../ir/ops/where.ts";
import type { Operator } from "../context.ts";
import { everything, floats, maxElements } from "../elements.ts";
import type { Element } from "../schema.ts";
import { bilinear } from "./bilinear.ts";
import { resultHeld } from "./convert.ts";
import { picked } from "./select.ts";
import type { Rows } from "./table.ts";

const bytes: readonly Element[] = ["INT8", "UINT8"];

/** How one dimension is scaled. */
interface Axis {
  readonly axis: number;
  readonly size: number;
  readonly result: number;
  readonly scale: number;
  /** The part of the dimension that is read, of tf_crop_and_resize. */
  readonly roi: readonly [number, number];
}

/** Where one output element reads: the first position, and weights from there on. Positions beyond the edge are the edge's. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
  /** Whether the position lies outside of the dimension, where crops are filled with a value. */
  readonly outside: boolean;
}

/** The position in the input of output element `i`. */
function position(op: Operator, mode: string, i: number, { size, result, scale, roi }: Axis): number {
  const width = scale * size;
  switch (mode) {
    case "asymmetric":
      return i / scale;
    case "align_corners":
      return width === 1 || result === 1 ? 0 : (i * (size - 1)) / (width - 1);
    case "half_pixel":
      return (i + 0.5) / scale - 0.5;
    case "pytorch_half_pixel":
      return result === 1 ? 0 : (i + 0.5) / scale - 0.5;
    case "tf_half_pixel_for_nn":
      return (i + 0.5) / scale;
    case "half_pixel_symmetric":
      return (size / 2) * (1 - result / width) + (i + 0.5) / scale - 0.5;
    case "tf_crop_and_resize": {
      const [start, end] = roi;
      const reach = (end - start) * (size - 1);
      return result === 1 ? ((start + end) * (size - 1)) / 2 : start * (size - 1) + (i * reach) / (result - 1);
    }
  }
  return op.unsupported(`coordinate transformation ${mode}`);
}

/** Which of the two neighbours of a position is the nearest, by the node's rule. */
function nearest(op: Operator, mode: string, x: number, shrinks: boolean): number {
  const low = Math.floor(x);
  const rest = x - low;
  switch (mode) {
    case "round_prefer_floor":
      return rest <= 0.5 ? low : low + 1;
    case "round_prefer_ceil":
      return rest < 0.5 ? low : low + 1;
    case "floor":
      return low;
    case "ceil":
      return Math.ceil(x);
    case "simple":
      return shrinks ? Math.ceil(x) : low;
  }
  return op.unsupported(`nearest mode ${mode}`);
}

/** The weight of a neighbour at distance x, of linear and cubic interpolation. */
const kernels = {
  linear: { reach: 1, at: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  cubic: {
    reach: 2,
    at(x: number, a: number) {
      const d = Math.abs(x);
      if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    },
  },
};

/** Positions and weights of every element along one dimension. */
function tapsOf(op: Operator, a: Axis, legacy: boolean): Taps[] {
  const mode = op.text("mode", "nearest");
  const transform = legacy ? "asymmetric" : op.text("coordinate_transformation_mode", "half_pixel");
  const rule = legacy ? "simple" : op.text("nearest_mode", "round_prefer_floor");
  const coefficient = op.float("cubic_coeff_a", -0.75);
  const antialias = op.int("antialias", 0) !== 0;
  const inside = op.int("exclude_outside", 0) !== 0;
  return Array.from({ length: op.positions(a.result) }, (_, i) => {
    const x = position(op, transform, i, a);
    const outside = transform === "tf_crop_and_resize" && !(x >= 0 && x <= a.size - 1);
    if (mode === "nearest") return { first: nearest(op, rule, x, a.scale < 1), weights: [1], outside };
    if (mode !== "linear" && mode !== "cubic") op.unsupported(`mode ${mode}`);
    const kernel = kernels[mode];
    const scale = antialias ? Math.min(1, a.scale) : 1;
    // The whole number below x or, of a whole x, the one before: ONNX takes the elements on both sides of it.
    const base = Math.ceil(x) - 1;
    const start = Math.floor(-kernel.reach / scale) + 1;
    op.positions((2 - 2 * start) * a.result);
    const first = base + start;
    const raw = Array.from({ length: 2 - 2 * start }, (_, t) => {
      const at = first + t;
      return inside && (at < 0 || at >= a.size) ? 0 : kernel.at((at - x) * scale, coefficient);
    });
    const total = antialias || inside ? raw.reduce((s, w) => s + w, 0) : 1;
    return { first, weights: raw.map((w) => Math.fround(w / total)), outside };
  });
}

/** Elements that one of the result is made of at most, along one dimension: each is a step of the graph. */
const mostTaps = 512;

/** x along one dimension by its taps. */
function resampled(op: Operator, x: Node, { axis, size, result }: Axis, taps: readonly Taps[], fill: number): Node {
  const clamped = (v: number) => Math.max(0, Math.min(size - 1, v));
  const identity =
    size === result && taps.every((t, i) => t.weights.every((w, k) => w === (clamped(t.first + k) === i ? 1 : 0)));
  if (result === 0) return picked(op, x, axis, [], "none");
  let y = x;
  if (!identity) {
    const count = taps.reduce((n, t) => Math.max(n, t.weights.length), 0);
    if (count > mostTaps) op.unsupported(`interpolation of ${count} elements (at most ${mostTaps})`);
    const shape = [result, ...new Array<number>(x.type.shape.length - axis - 1).fill(1)];
    let sum: Node | undefined;
    for (let t = 0; t < count; t++) {
      const weights = taps.map((p) => p.weights[t] ?? 0);
      if (weights.every((w) => w === 0)) continue;
      const part = picked(
        op,
        x,
        axis,
        taps.map((p) => clamped(p.first + t)),
        `tap${t}.`,
      );
      const w = op.constantNode(`weight${axis}.${t}`, "f32", shape, Float32Array.from(weights));
      const product = weights.every((v) => v === 1) ? part : op.make(binary, { x: part, y: w }, { fn: "mul" });
      sum = sum ? op.make(binary, { x: sum, y: product }, { fn: "add" }) : product;
    }
    y = sum ?? op.fail("wants weights other than 0");
  }
  if (!taps.some((t) => t.outside)) return y;
  const shape = [result, ...new Array<number>(x.type.shape.length - axis - 1).fill(1)];
  const condition = op.constantNode(
    `outside${axis}`,
    "bool",
    shape,
    Uint8Array.from(taps, (t) => Number(t.outside)),
  );
  return op.make(where, { condition, x: op.scalar(x.type.storage, fill, "fill"), y });
}

/** The dimensions that are scaled, by the node's scales or sizes. */
function axesOf(op: Operator, legacy: boolean): Axis[] {
  const { shape } = op.input(0).type;
  const given = op.ints("axes");
  const axes = given ? given.map((a) => op.axis(a, shape.length)) : [...shape.keys()];
  const at = legacy ? { scales: 1, sizes: 3, roi: 4 } : { scales: 2, sizes: 3, roi: 1 };
  const list = (i: number, role: string) => (op.has(i) ? Array.from(op.known(i, role) as Float32Array, Number) : []);
  const scales = op.floats("scales") ?? list(at.scales, "scales");
  const sizes = scales.length ? [] : list(at.sizes, "sizes");
  const roi = op.text("coordinate_transformation_mode", "") === "tf_crop_and_resize" ? list(at.roi, "a region") : [];
  const stated = scales.length ? scales : sizes;
  if (stated.length !== axes.length || stated.some((v) => !(v > 0) || !Number.isFinite(v))) {
    op.fail(`wants scales or sizes above 0 for ${axes.length} dimensions, found [${stated}]`);
  }
  if (roi.length !== 0 && roi.length !== 2 * axes.length)
    op.fail(`wants a region of ${2 * axes.length} numbers, found ${roi.length}`);
  const policy = op.text("keep_aspect_ratio_policy", "stretch");
  const ratios = sizes.map((s, i) => s / shape[axes[i]]);
  const common =
    policy === "not_larger" ? Math.min(...ratios) : policy === "not_smaller" ? Math.max(...ratios) : undefined;
  if (common === undefined && policy !== "stretch") op.unsupported(`keep_aspect_ratio_policy ${policy}`);
  return axes.map((axis, i): Axis => {
    const size = shape[axis];
    const scale = scales.length ? scales[i] : (common ?? ratios[i]);
    const result = scales.length
      ? Math.floor(Math.fround(scale * size))
      : common === undefined
        ? sizes[i]
        : Math.floor(scale * size + 0.5);
    if (size === 0 || result > maxElements)
      op.fail(`wants an image that is not empty, and a result of at most ${maxElements} elements`);
    return { axis, size, result, scale, roi: roi.length ? [roi[i], roi[axes.length + i]] : [0, 1] };
  });
}

function resize(op: Operator, legacy: boolean): void {
  const mode = op.text("mode", "nearest");
  const element = op.element(0);
  const plane =
    legacy || !(floats.includes(element) || bytes.includes(element)) ? undefined : inPlanes(op, op.input(0));
  if (plane) {
    resultHeld(op, plane, element);
    return;
  }
  if (mode !== "nearest" && !floats.includes(element)) op.unsupported(`mode ${mode} of ${element} but in planes`);
  const fill = op.float("extrapolation_value", 0);
  let y = op.input(0);
  for (const a of axesOf(op, legacy)) y = resampled(op, y, a, tapsOf(op, a, legacy), fill);
  resultHeld(op, y, op.element(0));
}

/** x resized linearly in its last two dimensions; undefined for other modes and dimensions. */
function inPlanes(op: Operator, x: Node): Node | undefined {
  const crops = op.text("coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";
  if (op.text("mode", "nearest") !== "linear" || op.int("antialias", 0) || crops) return undefined;
  const rank = x.type.shape.length;
  const axes = axesOf(op, false);
  const scaled = (d: number): Axis => {
    const size = x.type.shape[d];
    return axes.find((a) => a.axis === d) ?? { axis: d, size, result: size, scale: 1, roi: [0, 1] };
  };
  const outer = axes.some((a) => a.axis < rank - 2 && a.scale !== 1);
  const [rows, columns] = [scaled(rank - 2), scaled(rank - 1)];
  const planes = (rank === 2 || rank === 4) && !outer && rows.result > 0 && columns.result > 0;
  return planes ? bilinear(op, x, rows, columns) : undefined;
}

export const resizeRows: Rows = {
  Resize: {
    versions: [10],
    types: everything,
    limits: "interpolation of integers but linear of 8 bits in planes; sizes computed at run time",
    convert: (op) => resize(op, op.version < 11),
  },
  Upsample: {
    versions: [7, 9],
    types: everything,
    limits: "sizes computed at run time",
    convert: (op) => resize(op, true),
  },
};

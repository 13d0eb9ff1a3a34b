/** Pools over images. */
import type { Node } from "../../../ir/graph.ts";
import { conv2d } from "../../../ir/ops/conv.ts";
import { binary } from "../../../ir/ops/elementwise.ts";
import { avgPool, maxPool } from "../../../ir/ops/pool.ts";
import { reduce } from "../../../ir/ops/reduce.ts";
import { argExtremum, gather } from "../../../ir/ops/select.ts";
import { reshape, transpose } from "../../../ir/ops/shape.ts";
import { sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { floats } from "../elements.ts";
import { nchw, nhwc, plane, planePad, type Windows, windows } from "../layout.ts";
import { perTensorBehind, type Target } from "../qdq.ts";
import { averageFactor } from "../recipes.ts";
import { Floats } from "./activation.ts";
import { resultHeld } from "./convert.ts";
import { mean } from "./reduce.ts";
import { limited } from "./stored.ts";
import type { Rows } from "./table.ts";

const attrsOf = ({ kernel, strides, dilations, pads }: Windows) => ({
  window: plane(kernel, 1),
  stride: plane(strides, 1),
  dilation: plane(dilations, 1),
  pad: planePad(pads),
});

/** The windows of a pool over an image [N, C, spatial ...]. */
function poolWindows(op: Operator, shape: readonly number[]): Windows {
  if (shape.length < 3) op.fail(`wants an image [N, C, spatial ...], found [${shape}]`);
  const place = windows(op, shape.slice(2), op.ints("kernel_shape") ?? op.fail("wants kernel_shape"));
  const rank = place.kernel.length;
  place.kernel.forEach((k, d) => {
    const reach = (k - 1) * place.dilations[d] + 1;
    if (place.stated[d] >= reach || place.stated[d + rank] >= reach) {
      op.unsupported(`padding [${place.stated}] as large as the windows [${place.kernel}]`);
    }
  });
  return place;
}

/** A volume [N, C, D, H, W] as [N, D, H, W, C]. */
const channelsLast = (op: Operator, x: Node): Node =>
  op.make(transpose, { x }, { perm: [0, 2, 3, 4, 1] }, { name: `${op.name}/ndhwc` });
const channelsFirst = (op: Operator, x: Node): Node => op.make(transpose, { x }, { perm: [0, 4, 1, 2, 3] });

/**
 * A pool over volumes as two over planes: over height and width of each slice, then over the slices. `pool` is applied to
 * [N, H, W, C] with window attributes.
 */
function volume(op: Operator, x: Node, p: Windows, pool: (x: Node, attrs: ReturnType<typeof attrsOf>) => Node): Node {
  const last = channelsLast(op, x);
  const [n, d, h, w, c] = last.type.shape;
  const part = (from: number, to: number): Windows => {
    const cut = (l: readonly number[]) => l.slice(from, to);
    const pads = [...p.pads.slice(from, to), ...p.pads.slice(3 + from, 3 + to)];
    return { kernel: cut(p.kernel), strides: cut(p.strides), dilations: cut(p.dilations), pads, stated: pads };
  };
  const as = (v: Node, shape: number[]) => op.make(reshape, { x: v }, { shape }, { name: `${op.name}/planes` });
  const planes = pool(as(last, [n * d, h, w, c]), attrsOf(part(1, 3)));
  const [, oh, ow] = planes.type.shape;
  const deep = attrsOf(part(0, 1));
  const along = {
    window: [deep.window[1], 1],
    stride: [deep.stride[1], 1],
    dilation: [deep.dilation[1], 1],
    pad: [deep.pad[1], 0, deep.pad[3], 0],
  };
  const slices = pool(as(planes, [n, d, oh * ow, c]), along);
  return channelsFirst(op, as(slices, [n, slices.type.shape[1], oh, ow, c]));
}

function maxPooled(op: Operator): void {
  const x = op.input(0);
  const rank = x.type.shape.length;
  const place = poolWindows(op, x.type.shape);
  const pooled = (v: Node, attrs: ReturnType<typeof attrsOf>) =>
    op.make(maxPool, { x: v }, attrs, { name: `${op.name}/max` });
  if (rank > 5) op.unsupported(`images of ${rank} dimensions`);
  op.result(
    rank === 5 ? volume(op, x, place, pooled) : nchw(op, pooled(nhwc(op, x), attrsOf(place)), rank),
    op.element(0),
  );
  if (op.wants(1)) positions(op, x, place);
}

/** Result 1 of MaxPool: where in x each maximum lies, as an index into all of x, the last dimension running fastest. */
function positions(op: Operator, x: Node, place: Windows): void {
  const [n, c, ...sizes] = x.type.shape;
  const rank = sizes.length;
  const columnMajor = op.int("storage_order", 0) === 1;
  const outs = sizes.map(
    (s, d) =>
      Math.floor(
        (s + place.pads[d] + place.pads[rank + d] - (place.kernel[d] - 1) * place.dilations[d] - 1) / place.strides[d],
      ) + 1,
  );
  const [count, taps] = [sizeOf(outs), sizeOf(place.kernel)];
  op.positions(count * taps);
  const digits = (i: number, base: readonly number[]) => {
    const list = new Array<number>(base.length);
    for (let d = base.length - 1, rest = i; d >= 0; d--) {
      list[d] = rest % base[d];
      rest = Math.floor(rest / base[d]);
    }
    return list;
  };
  const flat = (at: readonly number[], order: readonly number[]) => order.reduce((sum, d) => sum * sizes[d] + at[d], 0);
  const rows = [...sizes.keys()];
  const order = columnMajor ? [...rows].reverse() : rows;
  const table = new BigInt64Array(count * taps);
  const named = new BigInt64Array(count * taps);
  for (let o = 0; o < count; o++) {
    const begin = digits(o, outs).map((v, d) => v * place.strides[d] - place.pads[d]);
    let first = -1;
    for (let pass = 0; pass < 2; pass++)
      for (let t = 0; t < taps; t++) {
        const at = digits(t, place.kernel).map((k, d) => begin[d] + k * place.dilations[d]);
        const inside = at.every((v, d) => v >= 0 && v < sizes[d]);
        if (inside && first < 0) first = t;
        // Taps outside of the image repeat the first one inside.
        if (pass === 0 && !inside) continue;
        if (pass === 1 && inside) continue;
        table[o * taps + t] = inside ? BigInt(flat(at, rows)) : table[o * taps + first];
        named[o * taps + t] = inside ? BigInt(flat(at, order)) : named[o * taps + first];
      }
  }
  const name = (what: string) => ({ name: `${op.outputs[1]}/${what}` });
  const image = op.make(reshape, { x }, { shape: [n * c, sizeOf(sizes)] }, name("image"));
  const at = op.constantNode("taps", "i64", [count, taps], table);
  const windowed = op.make(gather, { x: image, indices: at }, { axis: 1 }, name("windows"));
  const best = op.make(argExtremum, { x: windowed }, { fn: "max", axis: 2 }, { storage: "i64", ...name("best") });
  const firsts = op.constantNode(
    "first",
    "i64",
    [count],
    BigInt64Array.from({ length: count }, (_, o) => BigInt(o * taps)),
  );
  const tap = op.make(binary, { x: best, y: firsts }, { fn: "add" }, name("tap"));
  const names = op.constantNode("positions", "i64", [count * taps], named);
  const inImage = op.make(gather, { x: names, indices: tap }, { axis: 0 }, name("position"));
  const images = BigInt64Array.from({ length: n * c }, (_, i) => BigInt(i * sizeOf(sizes)));
  const inAll = op.make(binary, { x: inImage, y: op.constantNode("images", "i64", [n * c, 1], images) }, { fn: "add" });
  op.result(op.make(reshape, { x: inAll }, { shape: [n, c, ...outs] }, { name: op.outputs[1] }), "INT64", 1);
}

/** How many elements of each window count, over all output positions of the spatial dimensions. */
function counts(op: Operator, x: Node, place: Windows, countPad: boolean): { shape: number[]; data: Float32Array } {
  const rank = place.kernel.length;
  const sizes = x.type.shape.slice(2);
  const extent = (d: number): number => {
    const span = sizes[d] + place.pads[d] + place.pads[rank + d] - (place.kernel[d] - 1) * place.dilations[d] - 1;
    return Math.floor(span / place.strides[d]) + 1;
  };
  op.positions(sizeOf(sizes.map((_, d) => extent(d))));
  const along = sizes.map((s, d) => {
    const [k, dilation, stride, before] = [place.kernel[d], place.dilations[d], place.strides[d], place.pads[d]];
    const out = op.positions(extent(d) * k) / k;
    // What the node pads may count; what rounding up adds beyond it never does.
    const [low, high] = countPad ? [-place.stated[d], s + place.stated[rank + d]] : [0, s];
    return Array.from({ length: out }, (_, o) => {
      let count = 0;
      for (let t = 0; t < k; t++) {
        const at = o * stride - before + t * dilation;
        if (at >= low && at < high) count++;
      }
      return count;
    });
  });
  const shape = along.map((l) => l.length);
  const all = along.reduce<number[]>((list, l) => list.flatMap((a) => l.map((b) => a * b)), [1]);
  if (all.some((v) => v === 0)) op.unsupported("windows that hold nothing but padding");
  return { shape, data: Float32Array.from(all) };
}

/** AveragePool: the sum of each window in order, divided by how many of its elements count. */
function averagePooled(op: Operator): void {
  resultHeld(op, average(op, op.input(0)), op.element(0));
}

/**
 * The average of a float image by the node's attributes. Where padding counts, what rounding the size up adds beyond it does
 * not, but for `whole` windows, which are ONNX Runtime's of quantized values.
 */
export function average(op: Operator, x: Node, whole = false): Node {
  const rank = x.type.shape.length;
  const place = poolWindows(op, x.type.shape);
  if (rank > 5) op.unsupported(`images of ${rank} dimensions`);
  const countPad = op.int("count_include_pad", 0) !== 0;
  const grown = place.pads.some((p, i) => p !== place.stated[i]);
  if (rank < 5 && (whole || !(countPad && grown))) {
    const attrs = { ...attrsOf(place), by: { rule: "float", k: [] } as const, countPad };
    return nchw(op, op.make(avgPool, { x: nhwc(op, x) }, attrs, { name: `${op.name}/average` }), rank);
  }
  // Sums are convolutions, channel by channel, with ones.
  const c = x.type.shape[1];
  const summed = (v: Node, { window, ...attrs }: ReturnType<typeof attrsOf>) => {
    const ones = new Float32Array(op.positions(c * sizeOf(window))).fill(1);
    const w = op.constantNode("ones", "f32", [c, ...window, 1], ones);
    return op.make(conv2d, { x: v, w }, attrs, { name: `${op.name}/sums` });
  };
  const sums = rank === 5 ? volume(op, x, place, summed) : nchw(op, summed(nhwc(op, x), attrsOf(place)), rank);
  const { shape, data } = counts(op, x, place, countPad);
  return op.make(binary, { x: sums, y: op.constantNode("count", "f32", shape, data) }, { fn: "div" });
}

/**
 * AveragePool between dequantize and quantize: of ONNX Runtime the real average, with the zero point added before the
 * rounding; of PyTorch's qnnpack sums times one factor, where padding counts.
 */
export function averageFusion(op: Operator, target: Target): Node | undefined {
  const x = perTensorBehind(op.input(0));
  if (!x) return undefined;
  const { storage, quant, clamp } = target;
  if (op.model.numerics === "ort") return averageStored(op, average(op, op.input(0), true), target);
  if (storage !== "u8" || x.type.storage !== "u8" || x.type.shape.length !== 4 || op.int("ceil_mode", 0))
    return undefined;
  const { kernel, ...place } = poolWindows(op, x.type.shape);
  const by = { rule: "qnnpack", k: [averageFactor(x.type.quant.scale, quant.scale, sizeOf(kernel))] } as const;
  const attrs = { ...attrsOf({ kernel, ...place }), by, clamp };
  return nchw(op, op.make(avgPool, { x: nhwc(op, x) }, attrs, { quant, name: `${op.name}/average` }), 4);
}

/** A real average on the target's quantizer: f(f(v / scale) + zero point) rounded, halves to even. */
export function averageStored(op: Operator, v: Node, { storage, quant, clamp }: Target): Node {
  const f = new Floats(op);
  const scaled = f.add(f.div(v, quant.scale), quant.zero);
  return limited(op, f.of("round", scaled), clamp, storage, quant);
}

/** GlobalAveragePool between dequantize and quantize. */
export function globalAverageFusion(op: Operator, target: Target): Node | undefined {
  const x = perTensorBehind(op.input(0));
  return x && integerGlobalAverage(op, x, target);
}

/** The average of whole quantized images on the target's quantizer: exact sums times one factor. */
export function integerGlobalAverage(op: Operator, x: Node, { storage, quant, clamp }: Target): Node | undefined {
  const { shape, quant: from } = x.type;
  if (from?.kind !== "tensor" || x.type.storage !== storage || shape.length !== 4) return undefined;
  const window = shape.slice(2);
  const by = { rule: "qnnpack", k: [averageFactor(from.scale, quant.scale, sizeOf(window))] } as const;
  const pooled = op.make(avgPool, { x: nhwc(op, x) }, { window, by, clamp }, { quant, name: `${op.name}/average` });
  return nchw(op, pooled, 4);
}

const spatial = (x: Node): number[] => [...x.type.shape.keys()].slice(2);

export const poolRows: Rows = {
  MaxPool: {
    versions: [1],
    types: [...floats, "INT8", "UINT8"],
    limits: "padding as large as the window, images of more than 3 dimensions",
    convert: maxPooled,
  },
  "com.microsoft.NhwcMaxPool": {
    versions: [1],
    types: ["INT8", "UINT8"],
    limits: "padding as large as the window, images that are no planes",
    convert(op) {
      const x = op.input(0);
      const { shape } = x.type;
      if (shape.length !== 4) op.unsupported(`an image of [${shape}]`);
      const place = poolWindows(op, [shape[0], shape[3], ...shape.slice(1, 3)]);
      op.result(op.make(maxPool, { x }, attrsOf(place)), op.element(0));
    },
  },
  AveragePool: {
    versions: [1],
    types: floats,
    limits: "padding as large as the window, images of more than 3 dimensions",
    convert: averagePooled,
  },
  GlobalAveragePool: {
    versions: [1],
    types: floats,
    convert: (op) => resultHeld(op, mean(op, op.input(0), spatial(op.input(0)), true), op.element(0)),
  },
  GlobalMaxPool: {
    versions: [1],
    types: floats,
    convert(op) {
      const x = op.input(0);
      op.result(op.make(reduce, { x }, { fn: "max", axes: spatial(x), keepDims: true }), op.element(0));
    },
  },
};

/** Convolutions of floats: in planes as they are, in volumes slice by slice, transposed ones over an image with zeros between. */
import type { Node } from "../../../ir/graph.ts";
import { conv2d } from "../../../ir/ops/conv.ts";
import { binary } from "../../../ir/ops/elementwise.ts";
import { pad, reshape, slice, transpose } from "../../../ir/ops/shape.ts";
import type { Operator } from "../context.ts";
import { floats } from "../elements.ts";
import { nchw, nhwc, type Windows } from "../layout.ts";
import { convAttrs, convWindows } from "./conv.ts";
import { resultHeld } from "./convert.ts";
import type { Rows } from "./table.ts";

type Step = (what: string) => { name: string };

/** x cut to `size` elements from `begin` on, every `step`-th, along dimension `d`. */
function along(op: Operator, x: Node, d: number, begin: number, size: number, step: number, name: string): Node {
  const { shape } = x.type;
  const at = (v: number, list: readonly number[]) => list.map((e, i) => (i === d ? v : e));
  const attrs = {
    begin: at(
      begin,
      shape.map(() => 0),
    ),
    size: at(size, shape),
    step: at(
      step,
      shape.map(() => 1),
    ),
  };
  return op.make(slice, { x }, attrs, { name });
}

/** Slices of a volume's kernel, each of which is a convolution of its own. */
const maxDepth = 256;

/** The convolution of a volume [N, D, H, W, C] with [O, KD, KH, KW, I]: for each slice of the kernel one over all slices of x. */
function volume(op: Operator, x: Node, w: Node, place: Windows, name: Step): Node {
  const [n, , h, wide, c] = x.type.shape;
  const [o, depth, kh, kw, i] = w.type.shape;
  if (depth > maxDepth) op.unsupported(`kernels of more than ${maxDepth} slices`);
  const [pd, , , after] = place.pads;
  const [sd, dd] = [place.strides[0], place.dilations[0]];
  const border = (v: number) => [0, v, 0, 0, 0];
  const padded =
    pd || after ? op.make(pad, { x }, { before: border(pd), after: border(after), value: [0] }, name("padded")) : x;
  const slices = Math.floor((padded.type.shape[1] - (depth - 1) * dd - 1) / sd) + 1;
  const plane = {
    stride: place.strides.slice(1),
    dilation: place.dilations.slice(1),
    pad: [place.pads[1], place.pads[2], place.pads[4], place.pads[5]],
  };
  let sum: Node | undefined;
  for (let k = 0; k < depth; k++) {
    const part = along(op, padded, 1, k * dd, slices, sd, name("slices").name);
    const planes = op.make(reshape, { x: part }, { shape: [n * slices, h, wide, c] }, name("planes"));
    const kernel = along(op, w, 1, k, 1, 1, name("kernel").name);
    const flat = op.make(reshape, { x: kernel }, { shape: [o, kh, kw, i] }, name("kernel"));
    const sums = op.make(conv2d, { x: planes, w: flat }, plane, name("sums"));
    sum = sum ? op.make(binary, { x: sum, y: sums }, { fn: "add" }, name("sum")) : sums;
  }
  const [, oh, ow] = sum!.type.shape;
  return op.make(reshape, { x: sum! }, { shape: [n, slices, oh, ow, o] }, name("volume"));
}

/** The bias, which broadcasts over [N, O, spatial ...]. */
function biased(op: Operator, x: Node, rank: number): Node {
  if (!op.has(2)) return x;
  const bias = op.input(2);
  const shape = [bias.type.shape[0], ...new Array<number>(rank).fill(1)];
  return op.make(
    binary,
    { x, y: op.make(reshape, { x: bias }, { shape }, { name: `${op.name}/bias` }) },
    { fn: "add" },
  );
}

function conv(op: Operator): void {
  const [x, w] = [op.input(0), op.input(1)];
  const rank = x.type.shape.length - 2;
  const place = convWindows(op, x, w);
  const name: Step = (what) => ({ name: `${op.name}/${what}` });
  if (rank > 3) op.unsupported(`images of ${rank} dimensions`);
  if (rank === 3) {
    const last = (v: Node, what: string) => op.make(transpose, { x: v }, { perm: [0, 2, 3, 4, 1] }, name(what));
    const sums = volume(op, last(x, "ndhwc"), last(w, "odhwi"), place, name);
    resultHeld(op, biased(op, op.make(transpose, { x: sums }, { perm: [0, 4, 1, 2, 3] }), 3), op.element(0));
    return;
  }
  const sums = op.make(
    conv2d,
    { x: nhwc(op, x), w: nhwc(op, w), bias: op.has(2) ? op.input(2) : undefined },
    convAttrs(place),
    name("sums"),
  );
  resultHeld(op, nchw(op, sums, rank + 2), op.element(0));
}

/** Where the result of a transposed convolution ends, and how much is cut off before it, along each dimension. */
function transposedExtent(op: Operator, sizes: readonly number[], kernel: readonly number[]) {
  const rank = sizes.length;
  const list = (name: string, otherwise: number) => op.ints(name) ?? new Array<number>(rank).fill(otherwise);
  const [strides, dilations, extra] = [list("strides", 1), list("dilations", 1), list("output_padding", 0)];
  const given = op.ints("pads") ?? new Array<number>(2 * rank).fill(0);
  if ([strides, dilations, extra].some((l) => l.length !== rank || l.some((v) => v < 0)) || given.length !== 2 * rank) {
    op.fail(`wants strides, dilations, output_padding and pads for ${rank} dimensions`);
  }
  if (strides.some((s) => s < 1) || dilations.some((s) => s < 1)) op.fail("wants strides and dilations of at least 1");
  const full = sizes.map((s, d) => (s - 1) * strides[d] + extra[d] + (kernel[d] - 1) * dilations[d] + 1);
  const auto = op.text("auto_pad", "NOTSET");
  const same = auto === "SAME_UPPER" || auto === "SAME_LOWER";
  const wanted = op.ints("output_shape")?.slice(-rank) ?? (same ? sizes.map((s, d) => s * strides[d]) : undefined);
  if (!wanted) {
    return {
      strides,
      dilations,
      before: given.slice(0, rank),
      size: full.map((f, d) => f - given[d] - given[rank + d]),
    };
  }
  const total = full.map((f, d) => f - wanted[d]);
  const before = total.map((t) => (auto === "SAME_UPPER" ? Math.floor(t / 2) : t - Math.floor(t / 2)));
  return { strides, dilations, before, size: wanted };
}

/** ConvTranspose: an ordinary convolution of the image with zeros between its elements, with the kernel turned around. */
function convTranspose(op: Operator): void {
  const [x, w] = [op.input(0), op.input(1)];
  const rank = x.type.shape.length - 2;
  const groups = op.int("group", 1);
  const [c, perGroup, ...kernel] = w.type.shape;
  if (rank < 1 || rank > 3) op.unsupported(`images of ${rank} dimensions`);
  if (kernel.length !== rank || x.type.shape[1] !== c || groups < 1 || c % groups !== 0) {
    op.fail(`wants weights [C, O / ${groups}, kernel ...], found [${w.type.shape}] for [${x.type.shape}]`);
  }
  const name: Step = (what) => ({ name: `${op.name}/${what}` });
  const [n, , ...sizes] = x.type.shape;
  const { strides, dilations, before, size } = transposedExtent(op, sizes, kernel);
  if (size.some((s) => s < 1)) op.fail(`wants a result that is not empty, found [${size}]`);
  const reach = kernel.map((k, d) => (k - 1) * dilations[d]);
  // Zeros after each element, then those after the last taken away again.
  let image = x;
  if (strides.some((s) => s > 1)) {
    const apart = op.make(reshape, { x }, { shape: [n, c, ...sizes.flatMap((s) => [s, 1])] }, name("apart"));
    const after = [0, 0, ...strides.flatMap((s) => [0, s - 1])];
    const spaced = op.make(pad, { x: apart }, { before: after.map(() => 0), after, value: [0] }, name("spaced"));
    image = op.make(reshape, { x: spaced }, { shape: [n, c, ...sizes.map((s, d) => s * strides[d])] }, name("spread"));
  }
  // The image then begins `reach - before` elements after the result's first window does, and ends where its last one does.
  sizes.forEach((s, d) => {
    const extent = (s - 1) * strides[d] + 1;
    const lead = reach[d] - before[d];
    const trail = size[d] + reach[d] - lead - extent;
    const [from, to] = [Math.max(0, -lead), Math.min(extent, extent + trail)];
    if (to <= from) op.unsupported("a result that holds nothing of the image");
    image = along(op, image, d + 2, from, to - from, 1, name("cut").name);
    const border = (v: number) => image.type.shape.map((_, i) => (i === d + 2 ? Math.max(0, v) : 0));
    if (lead > 0 || trail > 0) {
      image = op.make(pad, { x: image }, { before: border(lead), after: border(trail), value: [0] }, name("padded"));
    }
  });
  // Weights [C, O / groups, ...] as [O, C / groups, ...], turned around.
  const grouped = op.make(reshape, { x: w }, { shape: [groups, c / groups, perGroup, ...kernel] }, name("groups"));
  const swap = op.make(transpose, { x: grouped }, { perm: [0, 2, 1, ...kernel.map((_, d) => d + 3)] }, name("outputs"));
  const shape = [groups * perGroup, c / groups, ...kernel];
  const flat = op.make(reshape, { x: swap }, { shape }, name("outputs"));
  const turn = {
    begin: [0, 0, ...kernel.map((k) => k - 1)],
    size: shape,
    step: [1, 1, ...kernel.map((k) => (k > 1 ? -1 : 1))],
  };
  const turned = op.make(slice, { x: flat }, turn, name("turned"));
  const place: Windows = {
    kernel,
    strides: kernel.map(() => 1),
    dilations,
    pads: new Array<number>(2 * rank).fill(0),
    stated: [],
  };
  if (rank === 3) {
    const last = (v: Node, what: string) => op.make(transpose, { x: v }, { perm: [0, 2, 3, 4, 1] }, name(what));
    const sums = volume(op, last(image, "ndhwc"), last(turned, "odhwi"), place, name);
    resultHeld(op, biased(op, op.make(transpose, { x: sums }, { perm: [0, 4, 1, 2, 3] }), 3), op.element(0));
    return;
  }
  const bias = op.has(2) ? op.input(2) : undefined;
  const sums = op.make(conv2d, { x: nhwc(op, image), w: nhwc(op, turned), bias }, convAttrs(place), name("sums"));
  resultHeld(op, nchw(op, sums, rank + 2), op.element(0));
}

export const convRows: Rows = {
  Conv: { versions: [1], types: floats, limits: "images of more than 3 dimensions", convert: conv },
  ConvTranspose: { versions: [1], types: floats, limits: "images of more than 3 dimensions", convert: convTranspose },
};

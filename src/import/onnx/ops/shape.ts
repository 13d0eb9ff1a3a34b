/** Operators that move elements and change none. */

import { broadcastShape } from "../../../ir/broadcast.ts";
import { broadcast } from "../../../ir/ops/broadcast.ts";
import { concat, reshape, slice, transpose } from "../../../ir/ops/shape.ts";
import { sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { everything, maxElements } from "../elements.ts";
import type { Row, Rows } from "./table.ts";

const moves = (versions: Row["versions"], convert: (op: Operator) => void): Row => ({
  versions,
  types: everything,
  convert,
});

/** The first input under another shape. */
function reshaped(op: Operator, shape: readonly number[]): void {
  op.result(op.make(reshape, { x: op.input(0) }, { shape }), op.element(0));
}

/** Reshape: 0 keeps a dimension, one -1 takes what is left. */
function reshapeTo(op: Operator): void {
  const { shape } = op.input(0).type;
  const given = op.ints("shape") ?? op.integers(1, "a shape");
  const copies = op.int("allowzero", 0) === 0;
  const wanted = given.map((d, i) => {
    if (d !== 0 || !copies) return d;
    return i < shape.length ? shape[i] : op.fail(`wants a dimension to copy, found [${given}] for [${shape}]`);
  });
  const free = wanted.indexOf(-1);
  if (wanted.some((d, i) => d < 0 && i !== free) || wanted.some((d) => d > maxElements))
    op.fail(`wants a shape, found [${given}]`);
  if (free >= 0) {
    const rest = sizeOf(wanted.filter((_, i) => i !== free));
    const size = sizeOf(shape);
    if (rest === 0 ? size !== 0 : size % rest !== 0) op.fail(`wants [${given}] to hold ${size} elements`);
    wanted[free] = rest === 0 ? 0 : size / rest;
  }
  reshaped(op, wanted);
}

/** Axes in an attribute or, since version 13, in the second input. */
const statedAxes = (op: Operator): number[] | undefined =>
  op.ints("axes") ?? (op.has(1) ? op.integers(1, "axes") : undefined);

function squeeze(op: Operator): void {
  const { shape } = op.input(0).type;
  const given = statedAxes(op);
  const axes = given ? op.axes(given, shape.length) : shape.flatMap((d, i) => (d === 1 ? [i] : []));
  const wide = axes.find((a) => shape[a] !== 1);
  if (wide !== undefined) op.fail(`wants dimensions of 1, found ${shape[wide]} in dimension ${wide}`);
  reshaped(
    op,
    shape.filter((_, i) => !axes.includes(i)),
  );
}

function unsqueeze(op: Operator): void {
  const { shape } = op.input(0).type;
  const given = statedAxes(op) ?? op.fail("wants axes");
  const rank = shape.length + given.length;
  const axes = op.axes(given, rank);
  let next = 0;
  reshaped(
    op,
    Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : shape[next++])),
  );
}

function flatten(op: Operator): void {
  const { shape } = op.input(0).type;
  const given = op.int("axis", 1);
  const axis = given === shape.length ? given : op.axis(given, Math.max(shape.length, 1));
  reshaped(op, [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]);
}

function transposed(op: Operator): void {
  const x = op.input(0);
  const perm = op.ints("perm") ?? [...x.type.shape.keys()].reverse();
  op.result(op.make(transpose, { x }, { perm }), op.element(0));
}

function concatenated(op: Operator): void {
  const xs = op.rest();
  if (xs.length === 0) op.fail("wants at least one input, found none");
  op.inputs.forEach((_, i) => {
    if (op.element(i) !== op.element(0)) op.fail(`wants one element type, found ${op.element(0)} and ${op.element(i)}`);
  });
  if (!op.hasAttribute("axis") && op.version >= 4) op.fail("wants the attribute axis");
  const axis = op.axis(op.int("axis", 1), xs[0].type.shape.length);
  op.result(op.make(concat, { xs }, { axis: [axis] }), op.element(0));
}

/** Slice: starts, ends, axes and steps in inputs, or (before version 10) in attributes. */
function sliced(op: Operator): void {
  const x = op.input(0);
  const { shape } = x.type;
  const starts = op.ints("starts") ?? op.integers(1, "starts");
  const ends = op.ints("ends") ?? op.integers(2, "ends");
  const given = op.ints("axes") ?? (op.has(3) ? op.integers(3, "axes") : [...starts.keys()]);
  const steps = op.has(4) ? op.integers(4, "steps") : starts.map(() => 1);
  if (ends.length !== starts.length || given.length !== starts.length || steps.length !== starts.length) {
    op.fail("wants as many starts as ends, axes and steps");
  }
  const axes = given.map((a) => op.axis(a, shape.length));
  op.axes(given, shape.length);
  const [begin, size, step] = [shape.map(() => 0), [...shape], shape.map(() => 1)];
  axes.forEach((axis, i) => {
    const d = shape[axis];
    const by = steps[i];
    if (by === 0) op.fail("wants steps other than 0");
    const from = (v: number) => (v < 0 ? v + d : v);
    const [low, high] = by > 0 ? [0, d] : [-1, d - 1];
    const limit = (v: number, l: number, h: number) => Math.max(l, Math.min(h, v));
    const start = limit(from(starts[i]), by > 0 ? 0 : 0, by > 0 ? d : d - 1);
    const end = limit(from(ends[i]), low, high);
    // An end below -d lies before the first element, for either direction.
    const stop = by < 0 && ends[i] < -d ? -1 : end;
    const count = Math.max(0, Math.ceil((stop - start) / by));
    begin[axis] = count > 0 ? start : 0;
    size[axis] = count;
    step[axis] = count > 1 ? by : 1;
  });
  op.result(op.make(slice, { x }, { begin, size, step }), op.element(0));
}

/** Split: sizes stated, or equal ones of which the last may be smaller. */
function split(op: Operator): void {
  const x = op.input(0);
  const { shape } = x.type;
  const axis = op.axis(op.int("axis", 0), shape.length);
  const stated = op.ints("split") ?? (op.has(1) ? op.integers(1, "sizes of the parts") : undefined);
  const count = op.int("num_outputs", op.outputs.length);
  if (count !== op.outputs.length) op.fail(`wants num_outputs as its ${op.outputs.length} outputs, found ${count}`);
  const each = Math.ceil(shape[axis] / Math.max(count, 1));
  const sizes = stated ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, shape[axis] - i * each)));
  if (
    sizes.length !== op.outputs.length ||
    sizes.some((s) => s < 0) ||
    sizes.reduce((a, b) => a + b, 0) !== shape[axis]
  ) {
    op.fail(`wants ${op.outputs.length} parts of ${shape[axis]} elements, found [${sizes}]`);
  }
  let from = 0;
  sizes.forEach((s, i) => {
    const at = (v: number, otherwise: number[]) => otherwise.map((d, k) => (k === axis ? v : d));
    const attrs = {
      begin: at(
        s ? from : 0,
        shape.map(() => 0),
      ),
      size: at(s, [...shape]),
      step: shape.map(() => 1),
    };
    op.result(op.make(slice, { x }, attrs, { name: op.outputs[i] || op.name }), op.element(0), i);
    from += s;
  });
}

function expand(op: Operator): void {
  const x = op.input(0);
  const wanted = op.integers(1, "a shape");
  if (wanted.some((d) => d < 0 || d > maxElements)) op.fail(`wants a shape, found [${wanted}]`);
  let shape: number[];
  try {
    shape = broadcastShape(x.type.shape, wanted);
  } catch (error) {
    op.fail((error as Error).message);
  }
  op.result(op.make(broadcast, { x }, { shape }), op.element(0));
}

/** Tile: a dimension of d repeated r times is one of [r, d] broadcast. */
function tile(op: Operator): void {
  const x = op.input(0);
  const { shape } = x.type;
  const repeats = op.integers(1, "repeats");
  if (repeats.length !== shape.length || repeats.some((r) => r < 0 || r > maxElements)) {
    op.fail(`wants ${shape.length} repeats of at least 0, found [${repeats}]`);
  }
  const name = { name: `${op.name}/tiles` };
  const split = op.make(reshape, { x }, { shape: shape.flatMap((d) => [1, d]) }, name);
  const tiles = op.make(broadcast, { x: split }, { shape: shape.flatMap((d, i) => [repeats[i], d]) }, name);
  op.result(op.make(reshape, { x: tiles }, { shape: shape.map((d, i) => d * repeats[i]) }), op.element(0));
}

/** DepthToSpace and SpaceToDepth: dimensions taken apart, reordered and put together. */
function blocks(op: Operator, toSpace: boolean): void {
  const x = op.input(0);
  const { shape } = x.type;
  const size = op.int("blocksize", 0);
  if (shape.length !== 4 || size < 1)
    op.fail(`wants [N, C, H, W] and blocks of at least 1, found [${shape}] and ${size}`);
  const [n, c, h, w] = shape;
  if (toSpace ? c % size ** 2 !== 0 : h % size !== 0 || w % size !== 0)
    op.fail(`wants [${shape}] in blocks of ${size}`);
  const depthFirst = op.text("mode", "DCR") === "DCR";
  const parts = toSpace
    ? depthFirst
      ? [n, size, size, c / size ** 2, h, w]
      : [n, c / size ** 2, size, size, h, w]
    : [n, c, h / size, size, w / size, size];
  const perm = toSpace ? (depthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]) : [0, 3, 5, 1, 2, 4];
  const whole = toSpace ? [n, c / size ** 2, h * size, w * size] : [n, c * size ** 2, h / size, w / size];
  const name = { name: `${op.name}/blocks` };
  const apart = op.make(reshape, { x }, { shape: parts }, name);
  op.result(op.make(reshape, { x: op.make(transpose, { x: apart }, { perm }, name) }, { shape: whole }), op.element(0));
}

export const shapeRows: Rows = {
  Reshape: moves([1], reshapeTo),
  Flatten: moves([1], flatten),
  Squeeze: moves([1], squeeze),
  Unsqueeze: moves([1], unsqueeze),
  Transpose: moves([1], transposed),
  Concat: moves([1], concatenated),
  Slice: moves([1], sliced),
  Split: moves([1], split),
  Expand: moves([8], expand),
  Tile: moves([6], tile),
  DepthToSpace: moves([1], (op) => blocks(op, true)),
  SpaceToDepth: moves([1], (op) => blocks(op, false)),
};

/** Data movement under another shape or order: stored values stay what they are. */
import type { Node } from "../../../ir/graph.ts";
import { broadcast } from "../../../ir/ops/broadcast.ts";
import { concat, pad, reshape, slice, transpose } from "../../../ir/ops/shape.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import { sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { anything, type Conversions } from "./table.ts";

/** The shape that RESHAPE asks for, its one -1 worked out. */
function wantedShape(op: Operator): readonly number[] {
  const size = sizeOf(op.input(0).type.shape);
  const given = op.hasInput(1) ? op.constant(1) : op.options("Reshape").shape;
  if (!given) {
    if (!op.output().fixed) op.unsupported("a shape that is computed at run time");
    return op.output().shape;
  }
  const shape = Array.from(given as readonly number[], Number);
  const open = shape.indexOf(-1);
  const rest = shape.reduce((n, d, i) => (i === open ? n : n * d), 1);
  if (open !== -1 && rest > 0) shape[open] = size / rest;
  if (!shape.every((d) => Number.isInteger(d) && d >= 0) || sizeOf(shape) !== size) {
    op.fail(`wants a shape of ${size} elements, found [${Array.from(given as readonly number[])}]`);
  }
  return shape;
}

const reshaped = (op: Operator, x: Node, shape: readonly number[], name = op.output().name): Node =>
  op.make(reshape, { x }, { shape }, { name });

/** x in blocks: under a shape that splits dimensions, transposed, under the result's shape. */
function blocked(op: Operator, x: Node, split: number[], perm: number[], shape: number[]): Node {
  const blocks = reshaped(op, x, split, op.step("blocks"));
  const moved = op.make(transpose, { x: blocks }, { perm }, { name: op.step("moved") });
  return reshaped(op, moved, shape);
}

/** [before, after] of each dimension from an operand of shape [rank, 2]. */
function paddings(op: Operator, rank: number): { before: number[]; after: number[] } {
  const flat = op.integers(1, "paddings");
  if (flat.length !== 2 * rank || flat.some((p) => p < 0)) {
    op.fail(`wants two paddings of at least 0 for each of ${rank} dimensions, found [${flat}]`);
  }
  return { before: flat.filter((_, i) => i % 2 === 0), after: flat.filter((_, i) => i % 2 === 1) };
}

/** Padding with the stored value of the operand `slot`, or with zero. */
function padded(op: Operator, slot?: number): void {
  const x = op.input(0);
  let value = op.zero(x);
  if (slot !== undefined && op.hasInput(slot)) {
    const given = op.constant(slot);
    if (!given) op.unsupported("a padding value that is computed at run time");
    if (given.length !== 1) op.fail(`wants one padding value, found ${given.length}`);
    if (op.input(slot).type.storage !== x.type.storage) op.fail("wants a padding value of the input's type");
    value = Number(given[0]);
    if (!Number.isInteger(value)) op.unsupported(`padding with ${value}`);
  }
  op.result(op.make(pad, { x }, { ...paddings(op, x.type.shape.length), value: [value] }));
}

/** REFLECT repeats the image without its edge, SYMMETRIC with it, along one dimension after the other. */
function mirrored(op: Operator): void {
  const { mode } = op.options("MirrorPad");
  let x = op.input(0);
  const { before, after } = paddings(op, x.type.shape.length);
  const edge = mode === 0 ? 1 : 0;
  before.forEach((n, axis) => {
    const size = x.type.shape[axis];
    if (n + edge > size || after[axis] + edge > size) {
      op.fail(`wants paddings of at most ${size - edge} along dimension ${axis}, found ${n} and ${after[axis]}`);
    }
    const flip = (from: number, count: number) => {
      const begin = x.type.shape.map((_, d) => (d === axis ? from : 0));
      const step = x.type.shape.map((_, d) => (d === axis ? -1 : 1));
      const counts = x.type.shape.map((s, d) => (d === axis ? count : s));
      return op.make(slice, { x }, { begin, size: counts, step }, { name: op.step("edge") });
    };
    const parts = [x];
    if (n) parts.unshift(flip(n - 1 + edge, n));
    if (after[axis]) parts.push(flip(size - 1 - edge, after[axis]));
    if (parts.length > 1) x = op.make(concat, { xs: parts }, { axis: [axis] });
  });
  op.result(x);
}

/** A 4-dimensional image's [height, width] and block size, each dimension a multiple. */
function block(op: Operator, kind: "SpaceToDepth" | "DepthToSpace"): { x: Node; b: number } {
  const { block: b } = op.options(kind);
  const x = op.input(0);
  if (x.type.shape.length !== 4) op.fail(`wants an image of 4 dimensions, found [${x.type.shape}]`);
  if (b < 1) op.fail(`wants a block size of at least 1, found ${b}`);
  return { x, b };
}

/** Block sizes of the middle dimensions and their paddings or crops, by pairs. */
function spaceBlocks(op: Operator): { x: Node; blocks: number[]; before: number[]; after: number[] } {
  const x = op.input(0);
  const blocks = op.integers(1, "block sizes");
  const flat = op.integers(2, "paddings or crops");
  if (blocks.length + 1 > x.type.shape.length || blocks.some((b) => b < 1)) {
    op.fail(`wants block sizes of at least 1 for dimensions of [${x.type.shape}], found [${blocks}]`);
  }
  if (flat.length !== 2 * blocks.length || flat.some((p) => p < 0)) {
    op.fail(`wants two paddings of at least 0 for each of ${blocks.length} blocks, found [${flat}]`);
  }
  return { x, blocks, before: flat.filter((_, i) => i % 2 === 0), after: flat.filter((_, i) => i % 2 === 1) };
}

function spaceToBatch(op: Operator): void {
  const { x, blocks, before, after } = spaceBlocks(op);
  const m = blocks.length;
  const rest = x.type.shape.slice(m + 1);
  const around = (list: number[]) => [0, ...list, ...rest.map(() => 0)];
  const wide = op.make(
    pad,
    { x },
    { before: around(before), after: around(after), value: [op.zero(x)] },
    { name: op.step("padded") },
  );
  const [n, ...space] = wide.type.shape;
  const small = blocks.map((b, i) => space[i] / b);
  if (small.some((d) => !Number.isInteger(d))) op.fail(`wants multiples of [${blocks}], found [${space.slice(0, m)}]`);
  const split = [n, ...small.flatMap((d, i) => [d, blocks[i]]), ...rest];
  const perm = [
    ...blocks.map((_, i) => 2 + 2 * i),
    0,
    ...blocks.map((_, i) => 1 + 2 * i),
    ...rest.map((_, i) => 1 + 2 * m + i),
  ];
  op.result(blocked(op, wide, split, perm, [n * blocks.reduce((a, b) => a * b, 1), ...small, ...rest]));
}

function batchToSpace(op: Operator): void {
  const { x, blocks, before, after } = spaceBlocks(op);
  const m = blocks.length;
  const [batch, ...space] = x.type.shape;
  const n = batch / blocks.reduce((a, b) => a * b, 1);
  if (!Number.isInteger(n)) op.fail(`wants a batch that is a multiple of the blocks [${blocks}], found ${batch}`);
  const rest = space.slice(m);
  const split = [...blocks, n, ...space];
  const perm = [m, ...blocks.flatMap((_, i) => [m + 1 + i, i]), ...rest.map((_, i) => 2 * m + 1 + i)];
  const large = blocks.map((b, i) => b * space[i]);
  const whole = blocked(op, x, split, perm, [n, ...large, ...rest]);
  const begin = [0, ...before, ...rest.map(() => 0)];
  const size = [n, ...large.map((d, i) => d - before[i] - after[i]), ...rest];
  if (size.some((d) => d < 0)) op.fail(`wants crops within [${large}], found [${before}] and [${after}]`);
  op.result(op.make(slice, { x: whole }, { begin, size, step: begin.map(() => 1) }));
}

/** x side by side with itself: each dimension gets one of repetitions before it, and both are merged again. */
function tiled(op: Operator): void {
  const x = op.input(0);
  const { shape } = x.type;
  const times = op.integers(1, "multiples");
  if (times.length !== shape.length || times.some((t) => t < 0)) {
    op.fail(`wants a multiple of at least 0 for each of ${shape.length} dimensions, found [${times}]`);
  }
  const apart = reshaped(
    op,
    x,
    shape.flatMap((d) => [1, d]),
    op.step("apart"),
  );
  const wanted = shape.flatMap((d, i) => [times[i], d]);
  const repeated = op.make(broadcast, { x: apart }, { shape: wanted }, { name: op.step("repeated") });
  op.result(
    reshaped(
      op,
      repeated,
      shape.map((d, i) => d * times[i]),
    ),
  );
}

export const shapeConversions: Conversions = {
  RESHAPE: { types: anything, convert: (op) => op.result(reshaped(op, op.input(0), wantedShape(op))) },
  SQUEEZE: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const { shape } = x.type;
      const given = op.options("Squeeze").dims ?? [];
      const dims = given.length ? op.axes(given, shape.length) : [...shape.keys()].filter((d) => shape[d] === 1);
      if (dims.some((d) => shape[d] !== 1)) op.fail(`wants dimensions of 1 to squeeze, found [${shape}] at [${given}]`);
      op.result(
        reshaped(
          op,
          x,
          shape.filter((_, d) => !dims.includes(d)),
        ),
      );
    },
  },
  EXPAND_DIMS: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const [given] = op.integers(1, "an axis");
      const shape = [...x.type.shape];
      shape.splice(op.axis(given, shape.length + 1), 0, 1);
      op.result(reshaped(op, x, shape));
    },
  },
  TILE: { types: anything, convert: tiled },
  BROADCAST_TO: {
    types: anything,
    convert(op) {
      const shape = op.integers(1, "a shape");
      if (shape.some((d) => d < 0)) op.fail(`wants dimensions of at least 0, found [${shape}]`);
      op.result(op.make(broadcast, { x: op.input(0) }, { shape }));
    },
  },
  TRANSPOSE: {
    types: anything,
    convert: (op) => op.result(op.make(transpose, { x: op.input(0) }, { perm: op.integers(1, "a permutation") })),
  },
  PAD: { types: anything, convert: (op) => padded(op) },
  PADV2: { types: anything, convert: (op) => padded(op, 2) },
  MIRROR_PAD: { types: anything, convert: mirrored },
  SPACE_TO_DEPTH: {
    types: anything,
    convert(op) {
      const { x, b } = block(op, "SpaceToDepth");
      const [n, h, w, c] = x.type.shape;
      if (h % b || w % b) op.fail(`wants height and width as multiples of ${b}, found [${x.type.shape}]`);
      op.result(blocked(op, x, [n, h / b, b, w / b, b, c], [0, 1, 3, 2, 4, 5], [n, h / b, w / b, b * b * c]));
    },
  },
  DEPTH_TO_SPACE: {
    types: anything,
    convert(op) {
      const { x, b } = block(op, "DepthToSpace");
      const [n, h, w, c] = x.type.shape;
      if (c % (b * b)) op.fail(`wants channels as a multiple of ${b * b}, found ${c}`);
      op.result(blocked(op, x, [n, h, w, b, b, c / (b * b)], [0, 1, 3, 2, 4, 5], [n, h * b, w * b, c / (b * b)]));
    },
  },
  SPACE_TO_BATCH_ND: { types: anything, convert: spaceToBatch },
  BATCH_TO_SPACE_ND: { types: anything, convert: batchToSpace },
  SHAPE: {
    types: anything,
    convert(op) {
      const { shape } = op.input(0).type;
      const type = { storage: op.output().storage ?? "i32", shape: [shape.length] } as const;
      const value = type.storage === "i64" ? BigInt64Array.from(shape, BigInt) : Int32Array.from(shape);
      op.result(makeConst(op.output().name, type, value, op.where));
    },
  },
};

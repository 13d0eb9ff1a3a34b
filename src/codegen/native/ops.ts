/** Each op's step in the native format: its number there, and its operands and attributes as words. */
import type { Addition } from "../../ir/addition.ts";
import type { Averaging, AveragingRule } from "../../ir/averaging.ts";
import type { Node } from "../../ir/graph.ts";
import type { BinaryFunction, unaryFunctions } from "../../ir/ops/plain.ts";
import { resizeTaps } from "../../ir/ops/resize.ts";
import { type SoftmaxBy, type SoftmaxRule, softmaxExponentials } from "../../ir/ops/softmax.ts";
import type { comparisons } from "../../ir/ops/where.ts";
import type { Rescale } from "../../ir/rescale.ts";
import { softmaxTables } from "../../ir/softmax-lut.ts";
import { allocate, sizeOf, storages, stridesOf, type TensorType, zeroOf, zeroOfChannel } from "../../ir/type.ts";
import { proveAddition, type SumFit } from "../wasm/proof-add.ts";
import { writeConv } from "./conv.ts";
import { numberOf, type StepContext, writeAddition, writeOperand, writeRescale, writeTensor } from "./step.ts";

/** How an op becomes a step. */
export interface NativeOp {
  /** Its number in the format: the place in `makers` of native/program/program.cc. */
  readonly number: number;
  /** Operands (in slot order) that the result may overwrite. */
  readonly inPlace?: readonly number[];
  write(c: StepContext, node: Node): void;
}

const averagingNumbers = {
  float: 0,
  int_away: 1,
  int_up: 2,
  torch_nchw: 3,
  torch_nhwc: 4,
  torch_nchw_fixed: 5,
  raw_even: 6,
  qnnpack: 7,
  raw_div_even: 8,
} as const satisfies Partial<Record<AveragingRule, number>>;

const softmaxNumbers = { gemmlowp: 0, float: 1, lut16: 2 } as const satisfies Record<SoftmaxRule, number>;

/** Axes as bits. */
const axisBits = (axes: Ints): number => axes.reduce((bits, a) => bits | (1 << a), 0);

const isByte = (t: TensorType): boolean => t.storage === "i8" || t.storage === "u8";

/** The float formula of a sum of bytes, if one is proven equal on all pairs. Kernels have fused multiply-adds as they are. */
function sumFit(node: Node, by: Addition, clamp: readonly [number, number]): SumFit | undefined {
  if (by.rule === "f32_fma") return undefined;
  const [x, y] = [node.in.x.type, node.in.y.type] as TensorType[];
  if (!isByte(x) || !isByte(y) || !isByte(node.type)) return undefined;
  const { min, max } = storages[x.storage];
  const before = {
    kind: "requantize",
    by: { rule: "f32_rne", a: [1], b: [] },
    zero: zeroOf(x),
    clamp: [min, max],
  } as const;
  return proveAddition({ kind: "add", by, zero: zeroOf(node.type), clamp }, before, y);
}

/** A strided block of a copy: dimensions, then start and strides in the result and in the operand. */
interface Block {
  readonly x: Node;
  readonly dims: readonly number[];
  readonly to: { readonly base: number; readonly strides: readonly number[] };
  readonly from: { readonly base: number; readonly strides: readonly number[] };
}

/** Leaves out dimensions of 1 and joins those that are one in both walks. */
function simplified({ x, dims, to, from }: Block): Block {
  const kept: { d: number; t: number; f: number }[] = [];
  for (let i = 0; i < dims.length; i++) {
    if (dims[i] === 1) continue;
    const last = kept[kept.length - 1];
    const [t, f] = [to.strides[i], from.strides[i]];
    if (last && last.t === t * dims[i] && last.f === f * dims[i]) {
      last.d *= dims[i];
      last.t = t;
      last.f = f;
    } else kept.push({ d: dims[i], t, f });
  }
  if (!kept.length) kept.push({ d: 1, t: 1, f: 1 });
  return {
    x,
    dims: kept.map((k) => k.d),
    to: { base: to.base, strides: kept.map((k) => k.t) },
    from: { base: from.base, strides: kept.map((k) => k.f) },
  };
}

function writeCopy(c: StepContext, node: Node, blocks: readonly Block[], fill?: number): void {
  writeTensor(c, node);
  c.w.flag(fill !== undefined);
  const pattern = new Uint32Array(2);
  const element = allocate(node.type.storage, 1);
  if (element instanceof BigInt64Array) element[0] = BigInt(fill ?? 0);
  else element[0] = fill ?? 0;
  new Uint8Array(pattern.buffer).set(new Uint8Array(element.buffer));
  c.w.int(...pattern, blocks.length);
  for (const block of blocks.map(simplified)) {
    writeTensor(c, block.x);
    if (block.dims.length > 8) c.refuse("more than 8 dimensions");
    c.w.int(block.dims.length, ...block.dims);
    c.w.int(block.to.base, ...block.to.strides, block.from.base, ...block.from.strides);
  }
}

/** A copy of a whole operand. */
const whole = (x: Node, to: Block["to"], from: Block["from"], dims: readonly number[]): Block => ({
  x,
  dims,
  to,
  from,
});

type Ints = readonly number[];
type Window = { window: Ints; stride: Ints; pad: Ints; dilation: Ints };

const writeWindow = (c: StepContext, { window, stride, pad, dilation }: Window): void => {
  c.w.int(...window, ...stride, ...pad, ...dilation);
};

function attrsOf<A>(node: Node): A {
  return node.attrs as unknown as A;
}

/** In the order of native/kernels/functions.h. */
const unaryNumbers = {
  sqrt: 0,
  rsqrt: 1,
  abs: 2,
  neg: 3,
  floor: 4,
  square: 5,
  exp: 6,
  sigmoid: 7,
  tanh: 8,
  ceil: 9,
  round: 10,
  roundaway: 11,
  half: 12,
  bf16: 13,
  e4m3fn: 14,
  e4m3fnuz: 15,
  e5m2: 16,
  e5m2fnuz: 17,
  e2m1: 18,
  log: 19,
  erf: 20,
  sin: 21,
  cos: 22,
} as const satisfies Record<keyof typeof unaryFunctions, number>;
const binaryNumbers = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  floordiv: 4,
  min: 5,
  max: 6,
  pow: 7,
  rangescale: 8,
  rangezero: 9,
  and: 10,
  or: 11,
  xor: 12,
  divu: 13,
} as const satisfies Record<BinaryFunction, number>;
const comparisonNumbers = { eq: 0, ne: 1, lt: 2, le: 3, gt: 4, ge: 5 } as const satisfies Record<
  keyof typeof comparisons,
  number
>;

function functionNumber(c: StepContext, names: readonly string[], name: string): number {
  const i = names.indexOf(name);
  return i < 0 ? c.refuse(`no function ${name}`) : i;
}

function writeGather(c: StepContext, node: Node, outer: number, sizes: Ints, inner: number, picks: number): void {
  writeTensor(c, node.in.x);
  writeTensor(c, node.in.indices);
  writeTensor(c, node);
  c.w.int(outer, inner, sizes.length, ...sizes);
  if (!sizes.length) c.w.int(picks);
}

/** The ops that the native library has, by name. */
export const nativeOps: Readonly<Record<string, NativeOp>> = {
  "k.conv": { number: 0, write: writeConv },
  "k.gemm": { number: 0, write: writeConv },
  conv2d: { number: 0, write: writeConv },
  linear: { number: 0, write: writeConv },
  qadd: {
    number: 1,
    inPlace: [0, 1],
    write(c, node) {
      const { by, clamp } = attrsOf<{ by: Addition; clamp: readonly [number, number] }>(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node.in.y);
      writeTensor(c, node);
      writeAddition(c, by);
      c.w.double(zeroOf(node.in.x.type), zeroOf(node.in.y.type), zeroOf(node.type), ...clamp);
      const fit = sumFit(node, by, clamp);
      c.w.flag(fit !== undefined);
      if (fit) c.w.double(fit.a, fit.b, fit.c, fit.away);
    },
  },
  "k.mul": { number: 2, write: writeMul },
  qmul: { number: 2, write: writeMul },
  clamp: {
    number: 3,
    inPlace: [0],
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.double(...attrsOf<{ range: readonly [number, number] }>(node).range);
    },
  },
  table: {
    number: 4,
    inPlace: [0],
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      writeOperand(c, node.in.t);
    },
  },
  requantize: {
    number: 5,
    write(c, node) {
      const { by, clamp } = attrsOf<{ by: Rescale; clamp: readonly [number, number] }>(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      writeRescale(c, by);
      c.w.double(zeroOf(node.in.x.type), zeroOf(node.type), ...clamp);
    },
  },
  quantize: {
    number: 6,
    write(c, node) {
      const a = attrsOf<{ by: string; k: number; clamp: Ints; nan: string; infinityLow: boolean }>(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.int(functionNumber(c, ["recip_even", "div_even", "div_away"], a.by));
      c.w
        .double(a.k, zeroOf(node.type), ...a.clamp)
        .flag(a.nan === "high")
        .flag(a.infinityLow);
    },
  },
  dequantize: { number: 7, write: writeDequantize },
  unary: {
    number: 8,
    inPlace: [0],
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.int(unaryNumbers[attrsOf<{ fn: keyof typeof unaryNumbers }>(node).fn]);
    },
  },
  binary: {
    number: 9,
    inPlace: [0, 1],
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node.in.y);
      writeTensor(c, node);
      c.w.int(binaryNumbers[attrsOf<{ fn: BinaryFunction }>(node).fn]);
    },
  },
  extremum: {
    number: 10,
    inPlace: [0, 1],
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node.in.y);
      writeTensor(c, node);
      c.w.flag(attrsOf<{ fn: string }>(node).fn === "max");
    },
  },
  cast: {
    number: 11,
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
    },
  },
  max_pool: {
    number: 12,
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      writeWindow(c, attrsOf<Window>(node));
    },
  },
  avg_pool: {
    number: 13,
    write(c, node) {
      const a = attrsOf<Window & { by: Averaging; clamp: Ints; countPad: boolean }>(node);
      const float = node.type.storage === "f32";
      const { min, max } = storages[node.type.storage];
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      writeWindow(c, a);
      c.w.int(numberOf(c, averagingNumbers, a.by.rule));
      c.w.double(a.by.k[0] ?? 0, float ? 0 : zeroOf(node.in.x.type), float ? 0 : zeroOf(node.type));
      c.w.double(Math.max(a.clamp[0], min), Math.min(a.clamp[1], max)).flag(a.countPad);
    },
  },
  sum: {
    number: 14,
    write(c, node) {
      const { axes } = attrsOf<{ axes: Ints }>(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.int(axisBits(axes));
      c.w.double(node.type.storage === "f32" ? 0 : zeroOf(node.in.x.type));
    },
  },
  softmax: {
    number: 15,
    write(c, node) {
      const { by } = attrsOf<{ by: SoftmaxBy }>(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.int(softmaxNumbers[by.rule]);
      if (by.rule === "float") c.w.double(by.k[0]);
      else if (by.rule === "gemmlowp") c.w.constant("i32", softmaxExponentials(by.k));
      else {
        const { exp, reciprocal } = softmaxTables();
        c.w
          .constant("i16", exp)
          .constant("i16", reciprocal)
          .int(...by.k);
      }
    },
  },
  resize: {
    number: 16,
    write(c, node) {
      const a = attrsOf<{ by: any; alignCorners: boolean; halfPixel: boolean }>(node);
      const x = node.in.x as Node;
      writeTensor(c, x);
      writeTensor(c, node);
      c.w.int(functionNumber(c, ["nearest", "linear_1024", "linear_float", "linear_torch"], a.by));
      c.w.double(x.type.storage === "f32" ? 0 : zeroOf(x.type));
      for (const d of [1, 2]) {
        const taps = resizeTaps(a.by, x.type.shape[d], node.type.shape[d], a.alignCorners, a.halfPixel);
        c.w
          .constant("i32", taps.low)
          .constant("i32", taps.high)
          .doubles([...taps.weight]);
      }
    },
  },
  arg_extremum: {
    number: 17,
    write(c, node) {
      const { fn, axis } = attrsOf<{ fn: string; axis: number }>(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.flag(fn === "max").int(axis);
    },
  },
  gather: {
    number: 18,
    write(c, node) {
      const { axis } = attrsOf<{ axis: number }>(node);
      const { shape } = node.in.x.type as TensorType;
      const picks = sizeOf(node.in.indices.type.shape);
      writeGather(c, node, sizeOf(shape.slice(0, axis)), [shape[axis]], sizeOf(shape.slice(axis + 1)), picks);
    },
  },
  gather_nd: {
    number: 18,
    write(c, node) {
      const { shape } = node.in.x.type as TensorType;
      const indices = node.in.indices.type.shape as Ints;
      const tuple = indices[indices.length - 1];
      writeGather(c, node, 1, shape.slice(0, tuple), sizeOf(shape.slice(tuple)), sizeOf(indices.slice(0, -1)));
    },
  },
  reshape: {
    number: 19,
    write(c, node) {
      const size = sizeOf(node.type.shape);
      const walk = { base: 0, strides: [1] };
      writeCopy(c, node, [whole(node.in.x, walk, walk, [size])]);
    },
  },
  transpose: {
    number: 19,
    write(c, node) {
      const { perm } = attrsOf<{ perm: Ints }>(node);
      const from = stridesOf(node.in.x.type.shape);
      const { shape } = node.type;
      const to = { base: 0, strides: stridesOf(shape) };
      writeCopy(c, node, [whole(node.in.x, to, { base: 0, strides: perm.map((p) => from[p]) }, shape)]);
    },
  },
  slice: {
    number: 19,
    write(c, node) {
      const { begin, step } = attrsOf<{ begin: Ints; step: Ints }>(node);
      const from = stridesOf(node.in.x.type.shape);
      const base = begin.reduce((sum, b, i) => sum + b * from[i], 0);
      const { shape } = node.type;
      const to = { base: 0, strides: stridesOf(shape) };
      // An empty slice may begin anywhere.
      const blocks = sizeOf(shape)
        ? [whole(node.in.x, to, { base, strides: from.map((s, i) => s * step[i]) }, shape)]
        : [];
      writeCopy(c, node, blocks);
    },
  },
  pad: {
    number: 19,
    write(c, node) {
      const { before, value } = attrsOf<{ before: Ints; value: Ints }>(node);
      const strides = stridesOf(node.type.shape);
      const x = node.in.x as Node;
      const base = before.reduce((sum, b, i) => sum + b * strides[i], 0);
      const blocks = sizeOf(x.type.shape)
        ? [whole(x, { base, strides }, { base: 0, strides: stridesOf(x.type.shape) }, x.type.shape)]
        : [];
      writeCopy(c, node, blocks, value[0]);
    },
  },
  concat: {
    number: 19,
    write(c, node) {
      const [axis] = attrsOf<{ axis: Ints }>(node).axis;
      const strides = stridesOf(node.type.shape);
      const blocks: Block[] = [];
      let at = 0;
      for (const x of node.in.xs as Node[]) {
        const { shape } = x.type;
        if (sizeOf(shape))
          blocks.push(whole(x, { base: at * strides[axis], strides }, { base: 0, strides: stridesOf(shape) }, shape));
        at += shape[axis];
      }
      writeCopy(c, node, blocks);
    },
  },
  broadcast: {
    number: 19,
    write(c, node) {
      const { shape } = node.type;
      const from = node.in.x.type.shape as Ints;
      const inner = stridesOf(from);
      const strides = shape.map((_, d) => {
        const i = d - (shape.length - from.length);
        return i < 0 || from[i] === 1 ? 0 : inner[i];
      });
      const to = { base: 0, strides: stridesOf(shape) };
      writeCopy(c, node, sizeOf(shape) ? [whole(node.in.x, to, { base: 0, strides }, shape)] : []);
    },
  },
  matmul: {
    number: 20,
    write(c, node) {
      const [x, y] = [node.in.x, node.in.y] as Node[];
      writeTensor(c, x);
      writeTensor(c, y);
      writeTensor(c, node);
      const float = x.type.storage === "f32";
      c.w.int(float ? 0 : zeroOf(x.type));
      const columns = y.type.shape[y.type.shape.length - 1];
      const zeros =
        !float && y.type.quant?.kind === "axis"
          ? Array.from({ length: columns }, (_, k) => zeroOfChannel(y.type, k))
          : [float ? 0 : zeroOf(y.type)];
      c.w.constant("i32", Int32Array.from(zeros));
    },
  },
  reduce: {
    number: 21,
    write(c, node) {
      const { fn, axes } = attrsOf<{ fn: "max" | "min" | "prod"; axes: Ints }>(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.int({ max: 0, min: 1, prod: 2 }[fn], axisBits(axes));
    },
  },
  compare: {
    number: 22,
    write(c, node) {
      for (const n of [node.in.x, node.in.y, node]) writeTensor(c, n);
      c.w.int(comparisonNumbers[attrsOf<{ fn: keyof typeof comparisonNumbers }>(node).fn]);
    },
  },
  where: {
    number: 23,
    write(c, node) {
      for (const n of [node.in.condition, node.in.x, node.in.y, node]) writeTensor(c, n);
    },
  },
  wide_table: {
    number: 24,
    write(c, node) {
      const { x, y, t } = node.in as Record<string, Node | undefined>;
      writeTensor(c, x!);
      c.w.flag(y !== undefined);
      if (y) writeTensor(c, y);
      writeTensor(c, node);
      writeOperand(c, t!);
    },
  },
  l2_normalize: {
    number: 25,
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.int(zeroOf(node.in.x.type));
    },
  },
  detect: {
    number: 26,
    write(c, node) {
      const a = attrsOf<Record<string, number> & { background: boolean }>(node);
      for (const n of [node.in.boxes, node.in.scores, node.in.anchors, node]) writeTensor(c, n);
      c.w
        .int(a.count, a.classes, a.perClass)
        .double(a.least, a.overlap, a.yScale, a.xScale, a.hScale, a.wScale)
        .flag(a.background);
    },
  },
};

function writeMul(c: StepContext, node: Node): void {
  writeTensor(c, node.in.x);
  writeTensor(c, node.in.y);
  writeTensor(c, node);
  c.w.double(zeroOf(node.in.x.type), zeroOf(node.in.y.type));
  const stages = attrsOf<{ epilogue?: readonly any[] }>(node).epilogue ?? [];
  c.w.flag(stages.length > 0);
  if (!stages.length) return;
  const [stage] = stages;
  writeRescale(c, stage.by);
  c.w.double(stage.zero, ...stage.clamp);
}

function writeDequantize(c: StepContext, node: Node): void {
  const { quant, shape } = node.in.x.type as TensorType;
  writeTensor(c, node.in.x);
  writeTensor(c, node);
  c.w.flag(quant?.kind === "tensor");
  if (quant?.kind === "tensor") {
    c.w.doubles([quant.scale]).doubles([quant.zero]).int(1);
    return;
  }
  if (!quant) c.refuse("numbers that are not quantized");
  const axis = quant.kind === "axis" ? quant : quant.b.kind === "axis" ? quant.b : undefined;
  const a = quant.kind === "product" ? quant.a : 1;
  const b = axis ? axis.channels.scales : [quant.kind === "product" && quant.b.kind === "scale" ? quant.b.scale : 1];
  const zeros = quant.kind === "axis" ? quant.channels.zeros : b.map(() => 0);
  const inner = axis ? sizeOf(shape.slice(axis.axis + 1)) : 1;
  c.w
    .doubles(b.map((s) => a * s))
    .doubles(zeros)
    .int(Math.max(1, inner));
}

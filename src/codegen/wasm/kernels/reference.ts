/**
 * The rows of `k.conv` and `k.gemm` that apply to every node: loops as the meaning has them, and the epilogue stage by stage.
 * The fast 8-bit rows are in `conv.ts` and `dwconv.ts`; float ones, in lanes of output channels, in `conv-float.ts`.
 */
import type { Epilogue, Stage } from "../../../ir/epilogue.ts";
import type { Node } from "../../../ir/graph.ts";
import { type Storage, sizeOf, storages, type TensorType, zeroOf, zeroOfChannel } from "../../../ir/type.ts";
import { loadElement, pointer, storeElement } from "../access.ts";
import { addScalar } from "../addition.ts";
import type { Expr, Func, Local, Move } from "../asm.ts";
import { type Addresses, pack } from "../operands.ts";
import { rescaleConstant, rescaleFunction } from "../rescale.ts";
import { wideRescale } from "../rescale-wide.ts";
import { plainRow } from "./plain.ts";
import { rescaleLoaded, rescalePack } from "./rescaling.ts";
import { eachPosition, eachWindow, type Inside, type Windows } from "./windows.ts";

/** A convolution's geometry; a matrix product is one of images of one pixel. */
export interface ConvShape extends Windows {
  readonly groups: number;
  /** Input channels that one output channel reads. */
  readonly i: number;
  readonly o: number;
}

/** The geometry of a k.conv, k.gemm, conv2d or linear. */
export function convShapeOf(node: Node): ConvShape {
  const [x, w] = [node.in.x.type, node.in.w.type] as TensorType[];
  const bytes = { fromBytes: storages[x.storage].bytes, toBytes: storages[node.type.storage].bytes };
  if (w.shape.length === 2) {
    const [o, i] = w.shape;
    const rows = sizeOf(x.shape) / Math.max(i, 1);
    const one = { window: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1] };
    return { from: [rows, 1, 1, i], to: [rows, 1, 1, o], ...bytes, ...one, groups: 1, i, o };
  }
  const [o, kh, kw, i] = w.shape;
  const { stride, pad, dilation } = node.attrs as unknown as Windows;
  const groups = x.shape[3] / i;
  return { from: x.shape, to: node.type.shape, ...bytes, window: [kh, kw], stride, pad, dilation, groups, i, o };
}

/** The stages that finish a node; none for a sum that is stored as it is. */
export const epilogueOf = (node: Node): Epilogue => (node.attrs as { epilogue?: Epilogue }).epilogue ?? [];

/** The address of each operand slot that is filled. */
export function slotsOf(node: Node, at: Addresses): Record<string, Local | undefined> {
  const filled = Object.keys(node.op.operands).filter((key) => node.in[key] !== undefined);
  return Object.fromEntries(filled.map((key, i) => [key, at.operands[i]]));
}

/** Pointers that move from one output channel to the next. */
interface Channel {
  readonly residual: Local | undefined;
  readonly table: Local | undefined;
  /** Constants of each requantize stage that has some per channel. */
  readonly rescales: readonly (Local | undefined)[];
}

/** The stages on one sum; the local that holds the stored value. A 64-bit sum becomes one of 32 bits by its first stage. */
function finishScalar(f: Func, node: Node, exact: Local, c: Channel): Local {
  const { m, b } = f;
  const { i32 } = m;
  let zero = 0;
  const stages = epilogueOf(node);
  const wide = exact.type === b.i64 && stages.length > 0;
  const sum = wide ? f.local(b.i32) : exact;
  for (const [n, stage] of stages.entries()) {
    const centered = (): Expr => i32.sub(f.get(sum), i32.const(zero));
    switch (stage.kind) {
      case "requantize": {
        const { by, clamp } = stage;
        const constants = c.rescales[n];
        if (wide && n === 0) {
          f.set(sum, wideRescale(f, by, f.get(exact), constants, stage.zero, clamp));
        } else if (constants) f.set(sum, rescaleLoaded(f, by, centered(), constants, stage.zero, clamp));
        else {
          const numbers = [by.a[0], by.b[0] ?? 0].map((v) => rescaleConstant(f, by.rule, v));
          const limits = [stage.zero, ...clamp].map((v) => i32.const(v));
          f.set(sum, m.call(rescaleFunction(f, by.rule), [centered(), ...numbers, ...limits], b.i32));
        }
        zero = stage.zero;
        break;
      }
      case "add": {
        const residual = node.in.residual.type as TensorType;
        const y = f.let(b.i32, loadElement(f, residual.storage, f.get(c.residual!)));
        const zeros = { x: zero, y: zeroOf(residual), result: stage.zero };
        f.set(sum, addScalar(f, stage.by, sum, y, zeros, stage.clamp));
        zero = stage.zero;
        break;
      }
      case "table": {
        const entry = i32.add(f.get(c.table!), i32.sub(f.get(sum), i32.const(stage.lowest)));
        f.set(sum, loadElement(f, node.in.table.type.storage as Storage, entry));
        break;
      }
      case "clamp":
        limitTo(f, sum, stage.clamp);
        break;
    }
  }
  return sum;
}

/** v limited to [lo, hi], in place; not-a-number stays. */
export function limitTo(f: Func, v: Local, [low, high]: readonly [number, number]): void {
  const { m, b } = f;
  const float = v.type === b.f32;
  const constant = (k: number): Expr => (float ? m.f32.const(k) : m.i32.const(k));
  const below = float ? m.f32.lt : m.i32.lt_s;
  const above = float ? m.f32.gt : m.i32.gt_s;
  f.set(v, m.select(below(f.get(v), constant(low)), constant(low), f.get(v)));
  f.set(v, m.select(above(f.get(v), constant(high)), constant(high), f.get(v)));
}

/** The bounds of a clamp stage, which is the only one that floats have. */
export function clampOf(stage: Stage): readonly [number, number] {
  if (stage.kind !== "clamp") throw new Error(`wants a clamp, found ${stage.kind}`);
  return stage.clamp;
}

/** The indices of the stages that have constants per channel. */
const perChannel = (node: Node): number[] =>
  epilogueOf(node).flatMap((s, n) => (s.kind === "requantize" && s.by.a.length > 1 ? [n] : []));

/** The zero point of each output channel's weights. */
const weightZeros = (node: Node): Int32Array => {
  const w = node.in.w.type as TensorType;
  return Int32Array.from({ length: w.shape[0] }, (_, c) => (w.storage === "f32" ? 0 : zeroOfChannel(w, c)));
};

function emitReference(f: Func, node: Node, at: Addresses): void {
  const g = convShapeOf(node);
  const slots = slotsOf(node, at);
  const [x, w] = [node.in.x.type, node.in.w.type] as TensorType[];
  const { i32, i64, f32 } = f.m;
  const float = x.storage === "f32";
  const wide = (node.attrs as { sums?: string }).sums === "i64";
  const type = float ? f.b.f32 : wide ? f.b.i64 : f.b.i32;
  const plus = (a: Expr, b: Expr): Expr => (float ? f32 : wide ? i64 : i32).add(a, b);
  const biasStorage: Storage = node.in.bias?.type.storage ?? "i32";
  const zero = float ? 0 : zeroOf(x);
  const wBytes = storages[w.storage].bytes;
  const residual = slots.residual && pointer(f, slots.residual);
  const stages = perChannel(node);
  const tap = g.i * wBytes;

  /** One output channel's sum over the inside of a window. */
  const sumOf = (inside: Inside, offset: Local, wAt: Local, wZero: Local) => {
    const sum = f.let(type, float ? f32.const(0) : wide ? i64.const(0n as never) : i32.const(0));
    const first = i32.add(i32.mul(f.get(inside.firstRow), i32.const(g.window[1])), f.get(inside.firstColumn));
    const weights = f.let(f.b.i32, i32.add(f.get(wAt), i32.mul(first, i32.const(tap))));
    // Past the columns inside, the weights of a row's other columns.
    const skip = f.let(f.b.i32, i32.mul(i32.sub(i32.const(g.window[1]), f.get(inside.columns)), i32.const(tap)));
    eachPosition(
      f,
      g,
      inside,
      offset,
      (p) => {
        const from = pointer(f, p);
        f.repeat(g.i, () => {
          const a = loadElement(f, x.storage, f.get(from));
          const b = loadElement(f, w.storage, f.get(weights));
          const product = float ? f32.mul(a, b) : i32.mul(i32.sub(a, i32.const(zero)), i32.sub(b, f.get(wZero)));
          f.set(sum, plus(f.get(sum), wide ? i64.extend_s(product) : product));
          f.add(from, storages[x.storage].bytes);
          f.add(weights, wBytes);
        });
      },
      () => f.set(weights, i32.add(f.get(weights), f.get(skip))),
    );
    return sum;
  };

  const along: Move[] = residual ? [[residual, g.o * storages[node.in.residual.type.storage as Storage].bytes]] : [];
  const visit = (inside: Inside): void => {
    const offset = f.let(f.b.i32, i32.const(0));
    const moving = [
      { at: pointer(f, slots.w!), step: g.window[0] * g.window[1] * tap },
      { at: pointer(f, at.packs[0]), step: 4 },
      { at: pointer(f, inside.out), step: g.toBytes },
      ...stages.map((_, k) => ({ at: pointer(f, at.packs[1 + k]), step: 8 })),
    ];
    const [wAt, zeroAt, to, ...rescales] = moving.map((p) => p.at);
    if (slots.bias) moving.push({ at: pointer(f, slots.bias), step: storages[biasStorage].bytes });
    const biasAt = moving[moving.length - 1].at;
    if (residual) moving.push({ at: residual, step: storages[node.in.residual.type.storage as Storage].bytes });
    f.repeat(g.groups, () => {
      f.repeat(g.o / g.groups, () => {
        const wZero = f.let(f.b.i32, i32.load(0, 1, f.get(zeroAt)));
        const sum = sumOf(inside, offset, wAt, wZero);
        if (slots.bias) {
          const bias = loadElement(f, biasStorage, f.get(biasAt));
          f.set(sum, plus(f.get(sum), wide && biasStorage === "i32" ? i64.extend_s(bias) : bias));
        }
        let value = sum;
        if (float) for (const s of epilogueOf(node)) limitTo(f, sum, clampOf(s));
        else {
          const channel = { residual, table: slots.table, rescales: [] as (Local | undefined)[] };
          for (const [k, n] of stages.entries()) channel.rescales[n] = rescales[k];
          value = finishScalar(f, node, sum, channel);
        }
        storeElement(f, node.type.storage, f.get(to), f.get(value));
        for (const p of moving) f.add(p.at, p.step);
      });
      f.add(offset, g.i * g.fromBytes);
    });
  };
  eachWindow(f, g, slots.x!, at.result, visit, along);
}

export const referenceKernels = [
  plainRow({
    name: "x_conv_reference__scalar",
    cost: 1e9,
    applies: (node) => node.in.x.type.storage !== "f32" || epilogueOf(node).every((s) => s.kind === "clamp"),
    pack: (node) => [
      pack(weightZeros(node)),
      ...epilogueOf(node).flatMap((s) => (s.kind === "requantize" && s.by.a.length > 1 ? [rescalePack(s.by)] : [])),
    ],
    emit: emitReference,
  }),
];

/** Rows of `max_pool` and `avg_pool`. */
import type { Averaging } from "../../../ir/averaging.ts";
import type { Node } from "../../../ir/graph.ts";
import { type Storage, storages, zeroOf } from "../../../ir/type.ts";
import { loadElement, pointer, storeElement, storeFirst } from "../access.ts";
import type { Expr, Func, Local } from "../asm.ts";
import type { Pack } from "../kernel.ts";
import { chunks, floatLanes, intLanes, loadLanes, storeLanes, vec } from "../lanes.ts";
import { type Addresses, pack } from "../operands.ts";
import { plainRow, scalarCost } from "./plain.ts";
import { eachPosition, eachWindow, type Inside, rowsSplit, type Windows, windowsMiss } from "./windows.ts";

/** A pool's geometry. */
function windowsOf(node: Node): Windows {
  const { bytes } = storages[node.type.storage];
  const { window, stride, pad, dilation } = node.attrs as unknown as Windows;
  const [from, to] = [node.in.x.type.shape, node.type.shape];
  return { from, to, fromBytes: bytes, toBytes: bytes, window, stride, pad, dilation };
}

/** The larger lanes of two vectors, `a` where neither is larger (so that not-a-number in `b` never wins). */
function larger(f: Func, storage: Storage, a: Expr, b: Expr): Expr {
  const { m } = f;
  switch (storage) {
    case "i8":
      return m.i8x16.max_s(a, b);
    case "u8":
      return m.i8x16.max_u(a, b);
    case "i16":
      return m.i16x8.max_s(a, b);
    default:
      return m.f32x4.pmax(a, b);
  }
}

function lowest(f: Func, storage: Storage): Local {
  const { m } = f;
  const { min, bytes } = storages[storage];
  if (storage === "f32") return floatLanes(f, min);
  return vec(f, bytes === 1 ? m.i8x16.splat(m.i32.const(min)) : m.i16x8.splat(m.i32.const(min)));
}

export const maxPoolKernels = [
  plainRow({
    name: "x_maxpool_c16__wasmsimd",
    cost: 4,
    emit(f, node, at) {
      const { storage, shape } = node.type;
      const { bytes } = storages[storage];
      const start = lowest(f, storage);
      const g = windowsOf(node);
      eachWindow(f, g, at.operands[0], at.result, (inside) => {
        const offset = f.let(f.b.i32, f.m.i32.const(0));
        const to = pointer(f, inside.out);
        const streams = [
          { at: offset, bytes },
          { at: to, bytes },
        ];
        const largest = (count: number): void => {
          const max = vec(f, f.get(start));
          eachPosition(f, g, inside, offset, (p) => {
            f.set(max, larger(f, storage, f.get(max), f.m.v128.load(0, 1, f.get(p))));
          });
          storeFirst(f, to, 0, max, count * bytes);
        };
        chunks(f, shape[3], 16 / bytes, streams, largest, rowsSplit(g) ? undefined : "split");
      });
    },
  }),
];

interface AvgAttrs {
  readonly window: readonly number[];
  readonly by: Averaging;
  readonly clamp: readonly [number, number];
  readonly countPad: boolean;
}

const avgAttrs = (node: Node) => node.attrs as unknown as AvgAttrs;
const areaOf = (node: Node): number => avgAttrs(node).window[0] * avgAttrs(node).window[1];
const zerosOf = (node: Node): { x: number; result: number } =>
  node.type.storage === "f32" ? { x: 0, result: 0 } : { x: zeroOf(node.in.x.type), result: zeroOf(node.type) };

/** The bounds of an average: the clamp within the storage. */
function boundsOf(node: Node): [number, number] {
  const { min, max } = storages[node.type.storage];
  const [lo, hi] = avgAttrs(node).clamp;
  return [Math.max(lo, min), Math.min(hi, max)];
}

const single = (v: number): boolean => Object.is(Math.fround(v), v);

/**
 * The rules that multiply: by a constant for every window or one of `multipliers`; with the zero point of x taken from the
 * sum or not; and the result's zero point added before or after the rounding, or not at all.
 */
const multiplying: Partial<
  Record<Averaging["rule"], { fixed: boolean; centered: boolean; zero: "before" | "after" | "no" }>
> = {
  torch_nchw: { fixed: false, centered: true, zero: "before" },
  torch_nchw_fixed: { fixed: true, centered: true, zero: "before" },
  torch_nhwc: { fixed: false, centered: true, zero: "after" },
  qnnpack: { fixed: true, centered: true, zero: "after" },
  raw_even: { fixed: true, centered: false, zero: "no" },
};

/** What a sum is multiplied by when it is divided by n, for n = 0, 1, ..., area; for the rules whose multiplier depends on n. */
function multipliers({ by }: AvgAttrs, area: number): Float32Array {
  const f = Math.fround;
  return Float32Array.from({ length: area + 1 }, (_, n) => {
    return by.rule === "torch_nchw" ? f(by.k[0] / n) : f(1 / f(1 / f(f(by.k[0]) / n)));
  });
}

const averagePacks = (node: Node): Pack[] =>
  multiplying[avgAttrs(node).by.rule]?.fixed === false ? [pack(multipliers(avgAttrs(node), areaOf(node)))] : [];

/** Counts the inside of a window: how many, and by how many to divide. */
function countsOf(f: Func, node: Node, inside: Inside): { inside: Local; divisor: Local } {
  const { i32 } = f.m;
  const n = f.let(f.b.i32, i32.mul(f.get(inside.rows), f.get(inside.columns)));
  return { inside: n, divisor: avgAttrs(node).countPad ? f.let(f.b.i32, i32.const(areaOf(node))) : n };
}

/** Whether sums are exact in f32 with room for the rounding of quotients. */
const sumsAreSmall = (node: Node): boolean => areaOf(node) * 256 < 2 ** 22;

/** Vector averages of bytes: sums in i32 lanes, the rule in f32 lanes. */
function emitAverage(f: Func, node: Node, at: Addresses): void {
  const { m } = f;
  const { i32, i32x4, f32x4, v128 } = m;
  const { by } = avgAttrs(node);
  const g = windowsOf(node);
  const { storage, shape } = node.type;
  const zeros = zerosOf(node);
  const bounds = boundsOf(node);
  const rule = multiplying[by.rule];
  // Bounds are applied to floats, before the zero point where the rule adds that afterwards.
  const late = rule?.zero === "after" ? zeros.result : 0;
  const [low, high] = bounds.map((v) => floatLanes(f, v - late));
  const lateLanes = intLanes(f, late);
  const early = floatLanes(f, zeros.result);
  const half = f.local(f.b.v128);
  const divisor = f.local(f.b.v128);
  const factor = f.local(f.b.v128);
  const offset = f.local();
  const bias = f.local(f.b.v128);
  eachWindow(f, g, at.operands[0], at.result, (inside) => {
    const counts = countsOf(f, node, inside);
    if (by.rule === "raw_div_even") f.set(divisor, f32x4.convert_i32x4_s(i32x4.splat(f.get(counts.divisor))));
    else if (!rule) {
      f.set(half, i32x4.splat(i32.shr_u(f.get(counts.divisor), i32.const(1))));
      f.set(divisor, f32x4.convert_i32x4_s(i32x4.splat(f.get(counts.divisor))));
    } else {
      const k = rule.fixed
        ? m.f32.const(by.k[0])
        : m.f32.load(0, 1, i32.add(f.get(at.packs[0]), i32.shl(f.get(counts.divisor), i32.const(2))));
      f.set(factor, f32x4.splat(k));
      f.set(bias, i32x4.splat(i32.mul(f.get(counts.inside), i32.const(rule.centered ? zeros.x : 0))));
    }
    const average = (sum: Local): Expr => {
      if (rule) {
        const scaled = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(f.get(sum), f.get(bias))), f.get(factor));
        return f32x4.nearest(rule.zero === "before" ? f32x4.add(scaled, f.get(early)) : scaled);
      }
      if (by.rule === "raw_div_even") {
        return f32x4.nearest(f32x4.div(f32x4.convert_i32x4_s(f.get(sum)), f.get(divisor)));
      }
      // Half of the divisor moves the sum away from zero; the quotient of small integers never rounds up to a whole number.
      const sign = by.rule === "int_away" ? vec(f, i32x4.shr_s(f.get(sum), i32.const(31))) : undefined;
      const moved = sign ? i32x4.sub(v128.xor(f.get(half), f.get(sign)), f.get(sign)) : f.get(half);
      const quotient = f32x4.div(f32x4.convert_i32x4_s(i32x4.add(f.get(sum), moved)), f.get(divisor));
      return by.rule === "int_away" ? f32x4.trunc(quotient) : f32x4.floor(quotient);
    };
    f.set(offset, i32.const(0));
    const to = pointer(f, inside.out);
    const streams = [
      { at: offset, bytes: 1 },
      { at: to, bytes: 1 },
    ];
    const averages = (count: number): void => {
      const groups = Math.ceil(count / 4);
      const sums = Array.from({ length: groups }, () => vec(f, i32x4.splat(i32.const(0))));
      eachPosition(f, g, inside, offset, (p) => {
        for (const [g, v] of loadLanes(f, storage, p, count).entries()) {
          f.set(sums[g], i32x4.add(f.get(sums[g]), f.get(v)));
        }
      });
      const out = sums.map((s) => {
        const v = f32x4.pmin(f32x4.pmax(average(s), f.get(low)), f.get(high));
        return vec(f, i32x4.add(i32x4.trunc_sat_f32x4_s(v), f.get(lateLanes)));
      });
      storeLanes(f, storage, to, out, count);
    };
    chunks(f, shape[3], 16, streams, averages, rowsSplit(g) ? undefined : "split");
  });
}

/** The average of a sum in f64, one of few cases; mirrors `ir/averaging.ts` step by step. */
function averageScalar(f: Func, node: Node, at: Addresses, sum: Local, inside: Local, divisor: Local): Expr {
  const { m } = f;
  const { f32, f64, i32 } = m;
  const { by } = avgAttrs(node);
  const zeros = zerosOf(node);
  const real = (v: Local): Expr => f64.convert_s.i32(f.get(v));
  const rule = multiplying[by.rule];
  if (rule) {
    const entry = (): Expr => i32.add(f.get(at.packs[0]), i32.shl(f.get(divisor), i32.const(2)));
    const factor = rule.fixed ? f64.const(by.k[0]) : f64.promote(f32.load(0, 1, entry()));
    const centered = f64.sub(f.get(sum), f64.mul(real(inside), f64.const(rule.centered ? zeros.x : 0)));
    const single = (v: Expr): Expr => f64.promote(f32.demote(v));
    const plusZero = (v: Expr): Expr => f64.add(v, f64.const(zeros.result));
    const scaled = single(f64.mul(centered, factor));
    const rounded = (v: Expr): Expr => f64.promote(f32.nearest(f32.demote(v)));
    if (rule.zero === "before") return rounded(plusZero(scaled));
    return rule.zero === "after" ? plusZero(rounded(scaled)) : rounded(scaled);
  }
  switch (by.rule) {
    case "float":
      return f64.promote(f32.demote(f64.div(f.get(sum), real(divisor))));
    case "raw_div_even":
      return f64.promote(f32.nearest(f32.div(f32.demote(f.get(sum)), f32.demote(real(divisor)))));
    case "int_away":
    case "int_up": {
      const half = f64.convert_s.i32(i32.shr_u(f.get(divisor), i32.const(1)));
      if (by.rule === "int_up") return f64.floor(f64.div(f64.add(f.get(sum), half), real(divisor)));
      const h = f.let(f.b.f64, half);
      const moved = m.select(f64.gt(f.get(sum), f64.const(0)), f.get(h), f64.neg(f.get(h)));
      return f64.trunc(f64.div(f64.add(f.get(sum), moved), real(divisor)));
    }
  }
  throw new Error(`no averaging rule ${by.rule}`);
}

export const avgPoolKernels = [
  plainRow({
    name: "qs8_avgpool_c16__wasmsimd",
    cost: 4,
    applies: (node) => {
      const { by } = avgAttrs(node);
      return (
        storages[node.type.storage].bytes === 1 &&
        by.rule !== "float" &&
        !windowsMiss(windowsOf(node)) &&
        sumsAreSmall(node) &&
        (!multiplying[by.rule]?.fixed || single(by.k[0]))
      );
    },
    pack: averagePacks,
    emit: emitAverage,
  }),
  plainRow({
    name: "x_avgpool__scalar",
    cost: scalarCost,
    pack: averagePacks,
    emit(f, node, at) {
      const { m, b } = f;
      const { storage, shape } = node.type;
      const { bytes } = storages[storage];
      const float = storage === "f32";
      const g = windowsOf(node);
      const [low, high] = boundsOf(node);
      eachWindow(f, g, at.operands[0], at.result, (inside) => {
        const counts = countsOf(f, node, inside);
        const offset = f.let(b.i32, m.i32.const(0));
        const to = pointer(f, inside.out);
        const channel = (): void => {
          const sum = f.let(b.f64, m.f64.const(0));
          eachPosition(f, g, inside, offset, (p) => {
            const v = loadElement(f, storage, f.get(p));
            // Float sums round to f32 at each step; integer ones are exact.
            const next = m.f64.add(f.get(sum), float ? m.f64.promote(v) : m.f64.convert_s.i32(v));
            f.set(sum, float ? m.f64.promote(m.f32.demote(next)) : next);
          });
          const v = f.let(b.f64, averageScalar(f, node, at, sum, counts.inside, counts.divisor));
          f.set(v, m.select(m.f64.lt(f.get(v), m.f64.const(low)), m.f64.const(low), f.get(v)));
          f.set(v, m.select(m.f64.gt(f.get(v), m.f64.const(high)), m.f64.const(high), f.get(v)));
          storeElement(f, storage, f.get(to), float ? m.f32.demote(f.get(v)) : m.i32.trunc_s_sat.f64(f.get(v)));
          f.add(offset, bytes);
          f.add(to, bytes);
        };
        const moves = [
          [offset, bytes],
          [to, bytes],
        ] as const;
        if (rowsSplit(g)) f.repeat(shape[3], channel);
        else f.repeatSplit(shape[3], moves, channel);
      });
    },
  }),
];

/** Rows of `requantize`, `quantize` and `dequantize`. */
import type { Node } from "../../../ir/graph.ts";
import type { Rescale } from "../../../ir/rescale.ts";
import { type Channels, sizeOf, storages, type TensorType, zeroOf } from "../../../ir/type.ts";
import { byteStrides, loadElement, nest, pointer, storeElement } from "../access.ts";
import { awayFromZero } from "../addition.ts";
import type { Expr, Func, Local } from "../asm.ts";
import type { Pack } from "../kernel.ts";
import { floatLanes, intLanes } from "../lanes.ts";
import { pack } from "../operands.ts";
import { hasLaneRescale, isFixedPoint, laneRescale, rescaleConstant, rescaleFunction } from "../rescale.ts";
import { wideRescale } from "../rescale-wide.ts";
import { eachElement, eachLane, plainRow, scalarCost } from "./plain.ts";

const single = (v: number): boolean => Number.isFinite(v) && Object.is(Math.fround(v), v);
const isShort = (t: TensorType): boolean => storages[t.storage].bytes <= 2;

const requantizeAttrs = (node: Node) => node.attrs as { by: Rescale; clamp: readonly [number, number] };

/** The constants of a rule as two arrays of 8-byte numbers after another, one entry per channel. */
export function rescalePack(by: Rescale): Pack {
  const numbers = [...by.a, ...(by.b.length ? by.b : by.a.map(() => 0))];
  if (isFixedPoint(by.rule)) return pack(BigInt64Array.from(numbers, BigInt));
  return pack(Float64Array.from(numbers));
}

/** A clamped rescaled sum whose constants are loaded from `rescalePack` at a channel's address. */
export function rescaleLoaded(
  f: Func,
  by: Rescale,
  sum: Expr,
  constants: Local,
  zero: number,
  [low, high]: readonly [number, number],
): Expr {
  const { m, b } = f;
  const load = (offset: number): Expr =>
    isFixedPoint(by.rule) ? m.i64.load(offset, 1, f.get(constants)) : m.f64.load(offset, 1, f.get(constants));
  const limits = [zero, low, high].map((v) => m.i32.const(v));
  return m.call(rescaleFunction(f, by.rule), [sum, load(0), load(8 * by.a.length), ...limits], b.i32);
}

export const requantizeKernels = [
  plainRow({
    name: "qs_vcvt_x16__wasmsimd",
    cost: 3,
    inPlace: [0],
    applies: (node) => {
      const { by, clamp } = requantizeAttrs(node);
      return (
        isShort(node.type) &&
        node.in.x.type.storage !== "i64" &&
        zeroOf(node.in.x.type) >= -(2 ** 16) &&
        hasLaneRescale(by, clamp[0], clamp[1]) &&
        (isShort(node.in.x.type) || zeroOf(node.in.x.type) === 0)
      );
    },
    emit(f, node, at) {
      const { by, clamp } = requantizeAttrs(node);
      const from = zeroOf(node.in.x.type);
      const zero = intLanes(f, from);
      const finish = laneRescale(f, by, zeroOf(node.type), clamp)!;
      eachLane(f, node, at, ([x]) => finish(from === 0 ? f.get(x) : f.m.i32x4.sub(f.get(x), f.get(zero))));
    },
  }),
  plainRow({
    name: "qs_vcvt__scalar",
    cost: scalarCost,
    inPlace: [0],
    applies: (node) => node.in.x.type.storage !== "i64",
    pack: (node) => (requantizeAttrs(node).by.a.length > 1 ? [rescalePack(requantizeAttrs(node).by)] : []),
    emit(f, node, at) {
      const { by, clamp } = requantizeAttrs(node);
      const { i32 } = f.m;
      const from = zeroOf(node.in.x.type);
      const zero = zeroOf(node.type);
      const centered = (x: Local): Expr => i32.sub(f.get(x), i32.const(from));
      if (by.a.length === 1) {
        const name = rescaleFunction(f, by.rule);
        const constants = [by.a[0], by.b[0] ?? 0].map((v) => () => rescaleConstant(f, by.rule, v));
        eachElement(f, node, at, ([x]) =>
          f.m.call(
            name,
            [centered(x), ...constants.map((k) => k()), ...[zero, ...clamp].map((v) => i32.const(v))],
            f.b.i32,
          ),
        );
        return;
      }
      const { shape, storage } = node.type;
      const source = node.in.x.type;
      const x = { at: pointer(f, at.operands[0]), strides: byteStrides(source.storage, shape) };
      const y = { at: pointer(f, at.result), strides: byteStrides(storage, shape) };
      const k = { at: pointer(f, at.packs[0]), strides: shape.map((_, d) => (d === shape.length - 1 ? 8 : 0)) };
      const element = (): void => {
        const v = f.let(f.b.i32, loadElement(f, source.storage, f.get(x.at)));
        storeElement(f, storage, f.get(y.at), rescaleLoaded(f, by, centered(v), k.at, zero, clamp));
      };
      nest(f, shape, [x, y, k], element, "split");
    },
  }),
];

requantizeKernels.push(
  plainRow({
    name: "qs64_vcvt__scalar",
    cost: scalarCost,
    applies: (node) => node.in.x.type.storage === "i64",
    pack: (node) => (requantizeAttrs(node).by.a.length > 1 ? [rescalePack(requantizeAttrs(node).by)] : []),
    emit(f, node, at) {
      const { by, clamp } = requantizeAttrs(node);
      const { shape, storage } = node.type;
      const from = zeroOf(node.in.x.type);
      const zero = zeroOf(node.type);
      const channels = by.a.length > 1;
      const x = { at: pointer(f, at.operands[0]), strides: byteStrides("i64", shape) };
      const y = { at: pointer(f, at.result), strides: byteStrides(storage, shape) };
      const k = {
        at: channels ? pointer(f, at.packs[0]) : f.local(),
        strides: shape.map((_, d) => (channels && d === shape.length - 1 ? 8 : 0)),
      };
      const element = (): void => {
        const sum = f.m.i64.sub(loadElement(f, "i64", f.get(x.at)), f.m.i64.const(BigInt(from) as never));
        storeElement(f, storage, f.get(y.at), wideRescale(f, by, sum, channels ? k.at : undefined, zero, clamp));
      };
      nest(f, shape, [x, y, k], element, "split");
    },
  }),
);

interface QuantizeAttrs {
  readonly by: "recip_even" | "div_even" | "div_away";
  readonly k: number;
  readonly clamp: readonly [number, number];
  readonly nan: "low" | "high";
  readonly infinityLow: boolean;
}

const quantizeAttrs = (node: Node) => node.attrs as QuantizeAttrs;

export const quantizeKernels = [
  plainRow({
    name: "f32_qs_vcvt_x16__wasmsimd",
    cost: 2,
    applies: (node) => isShort(node.type) && single(quantizeAttrs(node).k),
    emit(f, node, at) {
      const { by, k, clamp, nan, infinityLow } = quantizeAttrs(node);
      const { f32x4, i32x4, v128 } = f.m;
      const zero = zeroOf(node.type);
      const factor = floatLanes(f, k);
      const [low, high, beyond] = [clamp[0] - zero, clamp[1] - zero, 2 ** 63].map((v) => floatLanes(f, v));
      const zeros = intLanes(f, zero);
      eachLane(f, node, at, ([x]) => {
        const scaled = by === "recip_even" ? f32x4.mul(f.get(x), f.get(factor)) : f32x4.div(f.get(x), f.get(factor));
        const v = f.let(f.b.v128, by === "div_away" ? scaled : f32x4.nearest(scaled));
        if (by === "div_away") {
          const rest = f.let(f.b.v128, f32x4.sub(f.get(v), f32x4.trunc(f.get(v))));
          const away = f32x4.trunc(f32x4.add(f.get(rest), f.get(rest)));
          // An infinite number has no rest: what is whole already stays.
          const whole = f32x4.add(f32x4.trunc(f.get(v)), away);
          f.set(v, v128.bitselect(whole, f.get(v), f32x4.lt(f32x4.abs(f.get(v)), f.get(beyond))));
        }
        if (infinityLow) {
          f.set(v, v128.bitselect(f.get(low), f.get(v), f32x4.ge(f32x4.abs(f.get(v)), f.get(beyond))));
        }
        // pmax(a, b) is a < b ? b : a and pmin(a, b) is b < a ? b : a: not-a-number becomes the bound that is asked first.
        const limited =
          nan === "low"
            ? f32x4.pmin(f.get(high), f32x4.pmax(f.get(low), f.get(v)))
            : f32x4.pmax(f.get(low), f32x4.pmin(f.get(high), f.get(v)));
        return i32x4.add(i32x4.trunc_sat_f32x4_s(limited), f.get(zeros));
      });
    },
  }),
  plainRow({
    name: "f32_qs_vcvt__scalar",
    cost: scalarCost,
    emit(f, node, at) {
      const { by, k, clamp, nan, infinityLow } = quantizeAttrs(node);
      const { f32, f64, i32, select } = f.m;
      const zero = zeroOf(node.type);
      eachElement(f, node, at, ([x]) => {
        const real = f64.promote(f.get(x));
        const scaled = f32.demote((by === "recip_even" ? f64.mul : f64.div)(real, f64.const(k)));
        const v = f.let(f.b.f64, f64.promote(by === "div_away" ? scaled : f32.nearest(scaled)));
        const rounded = by === "div_away" ? f.let(f.b.f64, awayFromZero(f, f.get(v))) : v;
        const big = (): Expr => f64.ge(f64.abs(f.get(v)), f64.const(2 ** 63));
        const whole = f.let(f.b.f64, select(big(), f.get(v), f.get(rounded)));
        const limited = f64.max(
          f64.min(f64.promote(f32.demote(f64.add(f.get(whole), f64.const(Math.fround(zero))))), f64.const(clamp[1])),
          f64.const(clamp[0]),
        );
        const stored = f.let(f.b.i32, f.m.i32.trunc_s_sat.f64(limited));
        if (infinityLow) f.set(stored, select(big(), i32.const(clamp[0]), f.get(stored)));
        return select(f64.ne(f.get(v), f.get(v)), i32.const(nan === "low" ? clamp[0] : clamp[1]), f.get(stored));
      });
    },
  }),
];

/** Scales and zero points along an axis, as pairs of doubles; a product's scales are multiplied out as its meaning does. */
function axisOf(t: TensorType): { axis: number; scales: number[]; zeros: number[] } | undefined {
  const { quant } = t;
  const from = (channels: Channels, factor: number, zeros: readonly number[]) => ({
    scales: channels.scales.map((s) => factor * s),
    zeros: channels.scales.map((_, i) => zeros[i] ?? 0),
  });
  if (quant?.kind === "axis") return { axis: quant.axis, ...from(quant.channels, 1, quant.channels.zeros) };
  if (quant?.kind !== "product") return undefined;
  if (quant.b.kind === "axis") return { axis: quant.b.axis, ...from(quant.b.channels, quant.a, []) };
  return { axis: -1, scales: [quant.a * quant.b.scale], zeros: [0] };
}

export const dequantizeKernels = [
  plainRow({
    name: "qs_f32_vcvt_x16__wasmsimd",
    cost: 2,
    applies: (node) => isShort(node.in.x.type) && node.in.x.type.quant?.kind === "tensor",
    emit(f, node, at) {
      const { f32x4, i32x4 } = f.m;
      const { quant } = node.in.x.type as TensorType;
      if (quant?.kind !== "tensor") throw new Error("wants one scale");
      const zero = intLanes(f, quant.zero);
      const scale = floatLanes(f, Math.fround(quant.scale));
      eachLane(f, node, at, ([x]) => f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(f.get(x), f.get(zero))), f.get(scale)));
    },
  }),
  plainRow({
    name: "qs_f32_vcvt__scalar",
    cost: scalarCost,
    inPlace: [0],
    pack(node) {
      const along = axisOf(node.in.x.type);
      return along ? [pack(Float64Array.from(along.scales.flatMap((s, i) => [s, Math.fround(along.zeros[i])])))] : [];
    },
    emit(f, node, at) {
      const { f32, f64 } = f.m;
      const type = node.in.x.type as TensorType;
      const along = axisOf(type);
      if (!along) {
        const { scale, zero } = type.quant as { scale: number; zero: number };
        eachElement(f, node, at, ([x]) =>
          f32.mul(f32.const(Math.fround(scale)), f32.convert_s.i32(f.m.i32.sub(f.get(x), f.m.i32.const(zero)))),
        );
        return;
      }
      const { shape } = type;
      const x = { at: pointer(f, at.operands[0]), strides: byteStrides(type.storage, shape) };
      const y = { at: pointer(f, at.result), strides: byteStrides("f32", shape) };
      const k = { at: pointer(f, at.packs[0]), strides: shape.map((_, d) => (d === along.axis ? 16 : 0)) };
      if (sizeOf(shape) === 0) return;
      const element = (): void => {
        const v = f.let(f.b.i32, loadElement(f, type.storage, f.get(x.at)));
        // The stored value is rounded to f32 before the zero point is taken away.
        const centered = f64.sub(f64.promote(f32.convert_s.i32(f.get(v))), f64.load(8, 1, f.get(k.at)));
        f.do(f32.store(0, 1, f.get(y.at), f32.demote(f64.mul(f64.load(0, 1, f.get(k.at)), centered))));
      };
      nest(f, shape, [x, y, k], element, "split");
    },
  }),
];

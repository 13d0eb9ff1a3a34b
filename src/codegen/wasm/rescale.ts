/**
 * The rounding rules of `ir/rescale.ts` in wasm, bit for bit: as scalar functions for any constants, and on four lanes at once
 * for constants that all lanes share. Both clamp before the last conversion, so that results beyond 32 bits come out right.
 */
import type { Rescale, RescaleRule } from "../../ir/rescale.ts";
import type { Expr, Func, Local } from "./asm.ts";

/** Whether a rule's constants are integers (i64 in wasm) or reals (f64). */
export const isFixedPoint = (rule: RescaleRule): boolean => rule.startsWith("q");

const long = (f: Func, v: number | bigint): Expr => f.m.i64.const(BigInt(v) as never);

/** A constant of a rule as an expression of the type that `rescaleFunction` wants. */
export const rescaleConstant = (f: Func, rule: RescaleRule, v: number): Expr =>
  isFixedPoint(rule) ? long(f, v) : f.m.f64.const(v);

/**
 * The name of a function (sum: i32, a, b: i64 or f64, zero, low, high: i32) -> i32 that applies a rule and clamps; added to
 * the module at first use.
 */
export function rescaleFunction(f: Func, rule: RescaleRule): string {
  const name = `rescale.${rule}`;
  const { b, m } = f;
  if (m.getFunction(name)) return name;
  const constant = isFixedPoint(rule) ? b.i64 : b.f64;
  const int = (i: number) => (): Expr => m.local.get(i, b.i32);
  const [sum, zero, low, high] = [int(0), int(3), int(4), int(5)];
  const ka = (): Expr => m.local.get(1, constant);
  const kb = (): Expr => m.local.get(2, constant);
  const local = 6;
  let body: Expr;
  if (isFixedPoint(rule)) {
    const get = (): Expr => m.local.get(local, b.i64);
    const bound = (test: Expr, to: Expr): Expr => m.local.set(local, m.select(test, to, get()));
    body = m.block(
      null,
      [
        m.local.set(local, m.i64.add(fixedPoint(f, rule, sum, ka, kb), m.i64.extend_s(zero()))),
        bound(m.i64.lt_s(get(), m.i64.extend_s(low())), m.i64.extend_s(low())),
        bound(m.i64.gt_s(get(), m.i64.extend_s(high())), m.i64.extend_s(high())),
        m.i32.wrap(get()),
      ],
      b.i32,
    );
  } else {
    const d = m.f64;
    const real = (v: Expr): Expr => d.convert_s.i32(v);
    body = m.block(
      null,
      [
        m.local.set(local, real_(f, rule, sum, ka, kb, zero, local)),
        m.i32.trunc_s_sat.f64(d.max(d.min(m.local.get(local, b.f64), real(high())), real(low()))),
      ],
      b.i32,
    );
  }
  const params = b.createType([b.i32, constant, constant, b.i32, b.i32, b.i32]);
  m.addFunction(name, params, b.i32, [constant], body);
  return name;
}

/** The integer rules as i64, without the zero point. */
function fixedPoint(f: Func, rule: RescaleRule, sum: () => Expr, a: () => Expr, by: () => Expr): Expr {
  const { m } = f;
  const l = m.i64;
  const wide = (): Expr => l.extend_s(sum());
  // One rounding, halves up: (product + 2^(places - 1 - b)) >> (places - b). Shifts of 64 and more leave nothing but the sign.
  const halvesUp = (product: Expr, places: number): Expr => {
    const right = (less: number): Expr => l.sub(long(f, places - less), by());
    return m.select(
      l.gt_s(by(), long(f, places - 63)),
      l.shr_s(l.add(product, l.shl(long(f, 1), right(1))), right(0)),
      long(f, 0),
    );
  };
  switch (rule) {
    case "q31_double":
      return l.extend_s(m.call(doubleRounding(f), [sum(), m.i32.wrap(a()), m.i32.wrap(by())], f.b.i32));
    case "q31_single":
      return halvesUp(l.mul(wide(), a()), 31);
    default: {
      // The multiplier in 16 bits; the largest ones stay at 0x7fff.
      const short = m.select(
        l.lt_s(a(), long(f, 0x7fff0000)),
        l.shr_s(l.add(a(), long(f, 1 << 15)), long(f, 16)),
        long(f, 0x7fff),
      );
      return halvesUp(l.mul(wide(), short), 15);
    }
  }
}

/** The real rules as a whole f64 with the zero point added; `local` is an f64 that may be used. */
function real_(
  f: Func,
  rule: RescaleRule,
  sum: () => Expr,
  a: () => Expr,
  by: () => Expr,
  zero: () => Expr,
  local: number,
): Expr {
  const { m } = f;
  const d = m.f64;
  const single = (v: Expr): Expr => m.f32.demote(v);
  const plusZero = (v: Expr): Expr => d.add(v, d.convert_s.i32(zero()));
  // Products of an f32 and a constant that is no f32 round once, from the double product, as in the reference.
  const product = (x: Expr, k: Expr): Expr => single(d.mul(d.promote(x), k));
  const scaled = (): Expr => product(m.f32.convert_s.i32(sum()), a());
  switch (rule) {
    case "f32_rne":
      return plusZero(d.promote(m.f32.nearest(scaled())));
    case "f32_rne_zp":
      return d.promote(m.f32.nearest(single(plusZero(d.promote(scaled())))));
    case "f32_dequant_quant":
      return plusZero(d.promote(m.f32.nearest(product(scaled(), by()))));
    default: {
      // Halves away from zero: with t = trunc(v), v - t is exact and so is twice that.
      const get = (): Expr => m.local.get(local, f.b.f64);
      const rest = (): Expr => d.sub(get(), d.trunc(get()));
      return m.block(
        null,
        [
          m.local.set(local, d.mul(d.convert_s.i32(sum()), a())),
          plusZero(d.add(d.trunc(get()), d.trunc(d.add(rest(), rest())))),
        ],
        f.b.f64,
      );
    }
  }
}

/**
 * The name of (x, multiplier, shift: i32) -> i32, TFLite's MultiplyByQuantizedMultiplier with two roundings; see
 * `mulByQuantizedMultiplier`. Its first step, trunc((x m + nudge) / 2^31) with a nudge that depends on the sign, is
 * floor((x m + 2^30) / 2^31) for both signs.
 */
export function doubleRounding(f: Func): string {
  const name = "rescale.double_rounding";
  const { b, m } = f;
  if (m.getFunction(name)) return name;
  const [x, by, shift] = [0, 1, 2].map((i) => (): Expr => m.local.get(i, b.i32));
  const high = (): Expr => m.local.get(3, b.i32);
  const right = (): Expr => m.local.get(4, b.i32);
  const mask = (): Expr => m.local.get(5, b.i32);
  const i = m.i32;
  const body = m.block(
    null,
    [
      m.local.set(3, highMul(f, i.shl(x(), m.select(i.gt_s(shift(), i.const(0)), shift(), i.const(0))), by())),
      m.local.set(4, m.select(i.lt_s(shift(), i.const(0)), i.sub(i.const(0), shift()), i.const(0))),
      m.local.set(5, i.sub(i.shl(i.const(1), right()), i.const(1))),
      i.add(
        i.shr_s(high(), right()),
        // Rounds up if the rest is above half of 2^right; exactly half does for positive numbers only.
        i.gt_s(i.and(high(), mask()), i.add(i.shr_u(mask(), i.const(1)), i.shr_u(high(), i.const(31)))),
      ),
    ],
    b.i32,
  );
  m.addFunction(name, b.createType([b.i32, b.i32, b.i32]), b.i32, [b.i32, b.i32, b.i32], body);
  return name;
}

/** gemmlowp's SaturatingRoundingDoublingHighMul of two i32 that are not both the lowest. */
export function highMul(f: Func, x: Expr, y: Expr): Expr {
  const { m } = f;
  const l = m.i64;
  return m.i32.wrap(l.shr_s(l.add(l.mul(l.extend_s(x), l.extend_s(y)), long(f, 1 << 30)), long(f, 31)));
}

/** A rule on four i32 lanes at once. */
export type LaneRescale = (sums: Expr) => Expr;

/**
 * The vector form of a rule whose constants are the same for all lanes, or undefined if there is none for these constants.
 * Constants go to locals at once (so ask before the loop); the result maps an i32x4 of sums to the i32x4 of clamped results.
 * Wants bounds of at most 16 bits.
 */
export function laneRescale(
  f: Func,
  by: Rescale,
  zero: number,
  [low, high]: readonly [number, number],
): LaneRescale | undefined {
  if (!hasLaneRescale(by, low, high)) return undefined;
  const { b, m } = f;
  const [a, second] = [by.a[0], by.b[0]];
  const hoist = (v: Expr): (() => Expr) => {
    const l = f.let(b.v128, v);
    return () => f.get(l);
  };
  const ints = (v: number) => hoist(m.i32x4.splat(m.i32.const(v)));
  const floats = (v: number) => hoist(m.f32x4.splat(m.f32.const(v)));
  const zeros = ints(zero);
  const least = ints(low - zero);
  const most = ints(high - zero);
  const finish = (v: Expr): Expr => m.i32x4.add(m.i32x4.min_s(m.i32x4.max_s(v, least()), most()), zeros());
  switch (by.rule) {
    case "f32_rne":
    case "f32_dequant_quant": {
      const k = floats(a);
      const k2 = by.rule === "f32_dequant_quant" ? floats(second) : undefined;
      const bounds = [floats(low - zero), floats(high - zero)];
      return (sums) => {
        const v = m.f32x4.mul(m.f32x4.convert_i32x4_s(sums), k());
        return m.i32x4.add(rounded(f, k2 ? m.f32x4.mul(v, k2()) : v, bounds), zeros());
      };
    }
    case "f32_rne_zp": {
      const k = floats(a);
      const z = floats(zero);
      const bounds = [floats(low), floats(high)];
      return (sums) => rounded(f, m.f32x4.add(m.f32x4.mul(m.f32x4.convert_i32x4_s(sums), k()), z()), bounds);
    }
    case "f64_away": {
      const k = hoist(m.f64x2.splat(m.f64.const(a)));
      const bounds = [low - zero, high - zero].map((v) => hoist(m.f64x2.splat(m.f64.const(v))));
      const half = (v: Local, upper: boolean): Expr => {
        const lanes = f.get(v);
        const two = upper ? m.i8x16.shuffle(lanes, f.get(v), dwords(2, 3, 2, 3)) : lanes;
        const x = f.let(b.v128, m.f64x2.mul(m.f64x2.convert_low_i32x4_s(two), k()));
        const rest = f.let(b.v128, m.f64x2.sub(f.get(x), m.f64x2.trunc(f.get(x))));
        const away = m.f64x2.trunc(m.f64x2.add(f.get(rest), f.get(rest)));
        const whole = m.f64x2.add(m.f64x2.trunc(f.get(x)), away);
        return m.i32x4.trunc_sat_f64x2_s_zero(m.f64x2.pmin(m.f64x2.pmax(whole, bounds[0]()), bounds[1]()));
      };
      return (sums) => {
        const v = f.let(b.v128, sums);
        return m.i32x4.add(m.i8x16.shuffle(half(v, false), half(v, true), dwords(0, 1, 4, 5)), zeros());
      };
    }
    case "q31_double": {
      const double = laneDoubleRounding(f, a, second);
      return (sums) => finish(double(sums));
    }
    case "q31_single":
    case "q15_single": {
      const places = by.rule === "q31_single" ? 31 : 15;
      const factor = by.rule === "q31_single" ? a : a < 0x7fff0000 ? (a + (1 << 15)) >> 16 : 0x7fff;
      const k = ints(factor);
      const right = places - second;
      const nudge = hoist(m.i64x2.splat(long(f, 1n << BigInt(right - 1))));
      return (sums) => finish(shiftedProducts(f, sums, k, nudge, right));
    }
  }
}

/** Whether `laneRescale` has a form for these constants and bounds. */
export function hasLaneRescale(by: Rescale, low: number, high: number): boolean {
  if (by.a.length !== 1 || low < -32768 || high > 65535) return false;
  const [a, second] = [by.a[0], by.b[0]];
  const isSingle = (v: number) => Object.is(Math.fround(v), v) && Number.isFinite(v);
  switch (by.rule) {
    case "f32_rne":
    case "f32_rne_zp":
      return isSingle(a);
    case "f32_dequant_quant":
      return isSingle(a) && isSingle(second);
    case "f64_away":
      return Number.isFinite(a);
    case "q31_double":
      return isMultiplier(a) && second >= -31 && second <= 30;
    // A left shift could leave 32 bits.
    case "q31_single":
      return isMultiplier(a) && second >= -31 && second <= 0;
    case "q15_single":
      return isMultiplier(a) && second >= -31 && second <= 0;
  }
  throw new Error(by.rule satisfies never);
}

const isMultiplier = (v: number): boolean => Number.isInteger(v) && v >= 0 && v < 2 ** 31;

/** f32 lanes rounded half to even, limited to bounds (that are exact in f32), as i32 lanes. */
function rounded(f: Func, v: Expr, [low, high]: readonly (() => Expr)[]): Expr {
  const { m } = f;
  return m.i32x4.trunc_sat_f32x4_s(m.f32x4.nearest(m.f32x4.pmin(m.f32x4.pmax(v, low()), high())));
}

/** Byte indices of a shuffle of 32-bit lanes: 0..3 of the first vector, 4..7 of the second. */
export const dwords = (...lanes: number[]): number[] => lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]);

/** (x k + nudge) >> right of i32 lanes with 64-bit products, for results that fit 32 bits. */
function shiftedProducts(f: Func, x: Expr, k: () => Expr, nudge: () => Expr, right: number): Expr {
  const { b, m } = f;
  const v = f.let(b.v128, x);
  const l = m.i64x2;
  // The low half of the quotient is the same whichever way the sign is shifted in, as long as 32 bits remain.
  const shift = (p: Expr): Expr =>
    right <= 32 ? l.shr_u(l.add(p, nudge()), m.i32.const(right)) : l.shr_s(l.add(p, nudge()), m.i32.const(right));
  return m.i8x16.shuffle(
    shift(l.extmul_low_i32x4_s(f.get(v), k())),
    shift(l.extmul_high_i32x4_s(f.get(v), k())),
    dwords(0, 2, 4, 6),
  );
}

/**
 * MultiplyByQuantizedMultiplier with two roundings (see `doubleRounding`) on four lanes, by a multiplier in [0, 2^31) and a
 * shift in [-31, 30] that all lanes share.
 */
export function laneDoubleRounding(f: Func, multiplier: number, shift: number): LaneRescale {
  const { b, m } = f;
  const i = m.i32x4;
  const hoist = (v: Expr): (() => Expr) => {
    const l = f.let(b.v128, v);
    return () => f.get(l);
  };
  const k = hoist(i.splat(m.i32.const(multiplier)));
  const nudge = hoist(m.i64x2.splat(long(f, 1 << 30)));
  if (shift >= 0) {
    return (x) => shiftedProducts(f, shift ? i.shl(x, m.i32.const(shift)) : x, k, nudge, 31);
  }
  const right = -shift;
  const mask = right === 31 ? 0x7fffffff : (1 << right) - 1;
  const masks = hoist(i.splat(m.i32.const(mask)));
  const half = hoist(i.splat(m.i32.const(mask >>> 1)));
  return (x) => {
    const high = f.let(b.v128, shiftedProducts(f, x, k, nudge, 31));
    const threshold = i.sub(half(), i.shr_s(f.get(high), m.i32.const(31)));
    const up = i.gt_s(m.v128.and(f.get(high), masks()), threshold);
    return i.sub(i.shr_s(f.get(high), m.i32.const(right)), up);
  };
}

/** The rules of `ir/addition.ts` in wasm, bit for bit: scalar for any constants, and four lanes at once. */
import type { Addition, AdditionZeros } from "../../ir/addition.ts";
import type { Expr, Func, Local } from "./asm.ts";
import { floatLanes, intLanes } from "./lanes.ts";
import { doubleRounding, laneDoubleRounding } from "./rescale.ts";

const isSingle = (v: number): boolean => Number.isFinite(v) && Object.is(Math.fround(v), v);

/** An f32 times a constant, rounded once to f32 whether or not the constant is one. */
export function timesConstant(f: Func, x: Expr, k: number): Expr {
  const { m } = f;
  return isSingle(k) ? m.f32.mul(x, m.f32.const(k)) : m.f32.demote(m.f64.mul(m.f64.promote(x), m.f64.const(k)));
}

/** An f64 rounded to a whole one, halves away from zero. */
export function awayFromZero(f: Func, v: Expr): Expr {
  const { b, m } = f;
  const x = f.let(b.f64, v);
  const rest = f.let(b.f64, m.f64.sub(f.get(x), m.f64.trunc(f.get(x))));
  return m.f64.add(m.f64.trunc(f.get(x)), m.f64.trunc(m.f64.add(f.get(rest), f.get(rest))));
}

/** A whole f64 limited to [low, high], as i32. Not-a-number gives 0, which whoever can have one must not let through. */
export function limited(f: Func, v: Expr, low: number, high: number): Expr {
  const { m } = f;
  return m.i32.trunc_s_sat.f64(m.f64.max(m.f64.min(v, m.f64.const(high)), m.f64.const(low)));
}

/** `fusedMultiplyAdd` of `ir/math.ts`: x * by + z of f64 that hold f32 values, as an f32. */
function fusedMultiplyAdd(f: Func, x: Expr, by: number, z: Expr): Expr {
  const { b, m } = f;
  const { f64, i64 } = m;
  const p = f.let(b.f64, f64.mul(x, f64.const(by)));
  const c = f.let(b.f64, z);
  const s = f.let(b.f64, f64.add(f.get(p), f.get(c)));
  const back = f.let(b.f64, f64.sub(f.get(s), f.get(p)));
  const ofProduct = f64.sub(f.get(p), f64.sub(f.get(s), f.get(back)));
  const error = f.let(b.f64, f64.add(ofProduct, f64.sub(f.get(c), f.get(back))));
  const low = i64.and(i64.reinterpret(f.get(s)), i64.const(0x1fffffffn as never));
  const middle = i64.eq(low, i64.const(0x10000000n as never));
  const nudge = f64.copysign(f64.mul(f64.abs(f.get(s)), f64.const(2 ** -52)), f.get(error));
  const moves = m.i32.and(middle, f64.ne(f.get(error), f64.const(0)));
  return m.f32.demote(m.select(moves, f64.add(f.get(s), nudge), f.get(s)));
}

/** The clamped sum of two stored i32 as an i32. */
export function addScalar(
  f: Func,
  by: Addition,
  x: Local,
  y: Local,
  zeros: AdditionZeros,
  [low, high]: readonly [number, number],
): Expr {
  const { b, m } = f;
  const { i32, f32, f64 } = m;
  const centered = (v: Local, zero: number): Expr => f64.sub(f64.convert_s.i32(f.get(v)), f64.const(zero));
  const finish = (v: Expr): Expr => limited(f, f64.add(v, f64.const(zeros.result)), low, high);
  const k = by.k;
  switch (by.rule) {
    case "f32": {
      const part = (v: Local, zero: number, scale: number) => timesConstant(f, f32.demote(centered(v, zero)), scale);
      const sum = f32.add(part(x, zeros.x, k[0]), part(y, zeros.y, k[1]));
      return finish(f64.promote(f32.nearest(timesConstant(f, sum, k[2]))));
    }
    case "f32_fma": {
      const real = (v: Local): Expr => f64.convert_s.i32(f.get(v));
      const inner = fusedMultiplyAdd(f, real(y), k[1], f64.const(k[2]));
      const sum = fusedMultiplyAdd(f, real(x), k[0], f64.promote(inner));
      return limited(f, f64.promote(f32.nearest(sum)), low, high);
    }
    case "fixed_away":
    case "fixed_up": {
      const part = (v: Local, zero: number, by: number) => f64.mul(centered(v, zero), f64.const(by));
      const sum = f64.div(f64.add(part(x, zeros.x, k[0]), part(y, zeros.y, k[1])), f64.const(2 ** k[2]));
      return finish(by.rule === "fixed_away" ? awayFromZero(f, sum) : f64.floor(f64.add(sum, f64.const(0.5))));
    }
    case "q31_three":
    case "q31_three_sub": {
      const [left, mx, ex, my, ey, mz, ez] = k;
      const rescaled = (v: Expr, by: number, shift: number): Expr =>
        m.call(doubleRounding(f), [v, i32.const(by), i32.const(shift)], b.i32);
      const part = (v: Local, zero: number, by: number, shift: number) =>
        rescaled(i32.shl(i32.sub(f.get(v), i32.const(zero)), i32.const(left)), by, shift);
      const join = by.rule === "q31_three" ? i32.add : i32.sub;
      const sum = join(part(x, zeros.x, mx, ex), part(y, zeros.y, my, ey));
      return finish(f64.convert_s.i32(rescaled(sum, mz, ez)));
    }
  }
  throw new Error(by.rule satisfies never);
}

/** Maps four lanes of x and of y to four lanes of clamped sums. */
export type LaneAddition = (x: Local, y: Local) => Expr;

/** Whether `laneAddition` has a form for a rule on operands of at most 16 bits in the given distances from their zero points. */
export function hasLaneAddition(by: Addition, reach: readonly [number, number]): boolean {
  const k = by.k;
  switch (by.rule) {
    case "f32":
      return k.every(isSingle);
    case "f32_fma":
      return false;
    case "fixed_away":
    case "fixed_up":
      return (
        k.every(Number.isInteger) &&
        k[2] > 0 &&
        k[2] < 31 &&
        Math.abs(k[0]) * reach[0] + Math.abs(k[1]) * reach[1] + 2 ** k[2] < 2 ** 31
      );
    case "q31_three":
    case "q31_three_sub": {
      const [, mx, ex, my, ey, mz, ez] = k;
      const multiplier = (v: number) => Number.isInteger(v) && v >= 0 && v < 2 ** 31;
      const shift = (v: number) => v >= -31 && v <= 30;
      return [mx, my, mz].every(multiplier) && [ex, ey, ez].every(shift);
    }
  }
  throw new Error(by.rule satisfies never);
}

/** The vector form of a rule; constants go to locals at once, so ask before the loop. Wants bounds of at most 16 bits. */
export function laneAddition(
  f: Func,
  by: Addition,
  zeros: AdditionZeros,
  [low, high]: readonly [number, number],
): LaneAddition {
  const { m } = f;
  const { i32x4, f32x4 } = m;
  const [zx, zy, zr] = [zeros.x, zeros.y, zeros.result].map((z) => intLanes(f, z));
  const [least, most] = [low - zeros.result, high - zeros.result].map((v) => intLanes(f, v));
  const centered = (v: Local, zero: Local): Expr => i32x4.sub(f.get(v), f.get(zero));
  const finish = (v: Expr): Expr => i32x4.add(i32x4.min_s(i32x4.max_s(v, f.get(least)), f.get(most)), f.get(zr));
  const k = by.k;
  switch (by.rule) {
    case "f32_fma":
      throw new Error("f32_fma has no lanes");
    case "f32": {
      const [sx, sy, inverse] = k.map((v) => floatLanes(f, v));
      const part = (v: Local, zero: Local, scale: Local) =>
        f32x4.mul(f32x4.convert_i32x4_s(centered(v, zero)), f.get(scale));
      return (x, y) => {
        const sum = f32x4.mul(f32x4.add(part(x, zx, sx), part(y, zy, sy)), f.get(inverse));
        return finish(i32x4.trunc_sat_f32x4_s(f32x4.nearest(sum)));
      };
    }
    case "fixed_away":
    case "fixed_up": {
      const [mx, my] = k.map((v) => intLanes(f, v));
      const shift = k[2];
      const half = intLanes(f, 2 ** (shift - 1));
      const part = (v: Local, zero: Local, by: Local) => i32x4.mul(centered(v, zero), f.get(by));
      const right = (v: Expr) => i32x4.shr_s(v, m.i32.const(shift));
      return (x, y) => {
        const sum = f.let(f.b.v128, i32x4.add(part(x, zx, mx), part(y, zy, my)));
        if (by.rule === "fixed_up") return finish(right(i32x4.add(f.get(sum), f.get(half))));
        // Halves away from zero are halves up once negative sums are one less.
        const sign = i32x4.shr_s(f.get(sum), m.i32.const(31));
        return finish(right(i32x4.add(i32x4.add(f.get(sum), sign), f.get(half))));
      };
    }
    case "q31_three":
    case "q31_three_sub": {
      const [left, mx, ex, my, ey, mz, ez] = k;
      const [rx, ry, rz] = [
        laneDoubleRounding(f, mx, ex),
        laneDoubleRounding(f, my, ey),
        laneDoubleRounding(f, mz, ez),
      ];
      const part = (v: Local, zero: Local) => i32x4.shl(centered(v, zero), m.i32.const(left));
      const join = by.rule === "q31_three" ? i32x4.add : i32x4.sub;
      return (x, y) => finish(rz(join(rx(part(x, zx)), ry(part(y, zy)))));
    }
  }
  throw new Error(by.rule satisfies never);
}

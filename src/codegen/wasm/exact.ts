/** The rounding rules as scalar wasm functions: the way out for a channel or a sum that no proven formula covers. */
import type { RescaleRule } from "../../ir/rescale.ts";
import type { Expr, Func, Module } from "./asm.ts";
import type { Form } from "./proof.ts";

/** Whether the constants of a rule are integers (passed as i64) or reals (passed as f64). */
export const integerRule = (rule: RescaleRule): boolean => rule.startsWith("q");

/**
 * The name of a function (accumulator: i32, a, b: i64 or f64, zero: i32) -> i32 that applies a rule; added to the module at
 * first use. Results beyond 32 bits saturate, which no clamp to bytes can see.
 */
export function exactFunction(f: Func, rule: RescaleRule): string {
  const name = `exact.${rule}`;
  const { b, m } = f;
  if (m.getFunction(name)) return name;
  const constant = integerRule(rule) ? b.i64 : b.f64;
  const acc = (): Expr => m.local.get(0, b.i32);
  const [ka, kb] = [1, 2].map((i) => (): Expr => m.local.get(i, constant));
  const zero = (): Expr => m.local.get(3, b.i32);
  const f32 = (k: () => Expr): Expr => m.f32.demote(k());
  const rounded = (v: Expr): Expr => m.i32.add(m.i32.trunc_s_sat.f32(m.f32.nearest(v)), zero());
  const product = (): Expr => m.f32.mul(m.f32.convert_s.i32(acc()), f32(ka));
  const body = (): Expr => {
    switch (rule) {
      case "f32_rne":
        return rounded(product());
      case "f32_rne_zp":
        return m.i32.trunc_s_sat.f32(m.f32.nearest(m.f32.add(product(), m.f32.convert_s.i32(zero()))));
      case "f32_dequant_quant":
        return rounded(m.f32.mul(product(), f32(kb)));
      case "f64_away":
        return m.i32.add(awayFromZero(m, b.f64, b.i32, m.f64.mul(m.f64.convert_s.i32(acc()), ka())), zero());
      case "q31_single":
        return m.i32.add(m.i32.wrap(halvesUp(m, m.i64.mul(m.i64.extend_s(acc()), ka()), long(m, 31), kb)), zero());
      case "q15_single": {
        // The multiplier reduced to 16 bits with rounding; the largest ones stay at 0x7fff.
        const reduced = m.select(
          m.i64.lt_s(ka(), long(m, 0x7fff0000)),
          m.i64.shr_s(m.i64.add(ka(), long(m, 1 << 15)), long(m, 16)),
          long(m, 0x7fff),
        );
        return m.i32.add(m.i32.wrap(halvesUp(m, m.i64.mul(m.i64.extend_s(acc()), reduced), long(m, 15), kb)), zero());
      }
      case "q31_double":
        return m.i32.add(m.call(doubleFunction(f), [acc(), m.i32.wrap(ka()), m.i32.wrap(kb())], b.i32), zero());
    }
    throw new Error(rule satisfies never);
  };
  m.addFunction(name, b.createType([b.i32, constant, constant, b.i32]), b.i32, [b.f64], body());
  return name;
}

const long = (m: Module, v: number): Expr => m.i64.const(BigInt(v));

/** (product + 2^(n - 1)) >> n with n = places - b >= 1, without leaving 64 bits. */
function halvesUp(m: Module, product: Expr, places: Expr, b: () => Expr): Expr {
  const one = long(m, 1);
  const by = m.i64.sub(places, b());
  return m.i64.shr_s(m.i64.add(m.i64.shr_s(product, m.i64.sub(by, one)), long(m, 1)), long(m, 1));
}

/** Nearest integer of a double, halves away from zero; uses local 4. */
function awayFromZero(m: Module, type: number, result: number, v: Expr): Expr {
  const get = (): Expr => m.local.get(4, type);
  const truncated = (): Expr => m.f64.trunc(get());
  return m.block(
    null,
    [
      m.local.set(4, v),
      m.i32.trunc_s_sat.f64(
        m.f64.add(
          truncated(),
          m.select(
            m.f64.ge(m.f64.abs(m.f64.sub(get(), truncated())), m.f64.const(0.5)),
            m.f64.copysign(m.f64.const(1), get()),
            m.f64.const(0),
          ),
        ),
      ),
    ],
    result,
  );
}

/** Adding this double leaves no room for a fraction, so the addition rounds; the integer is in the low 32 bits of the sum. */
const wideMagic = 6755399441055744;

/**
 * The name of (accumulators: v128, scales, offsets: addresses of 4 doubles, to add at the end: i32) -> v128, the float formulas
 * of proof.ts in double precision. A function of its own, as few channels want it and it is long.
 */
export function wideFunction(f: Func, form: Form): string {
  const name = `wide.${form}`;
  const { b, m } = f;
  if (m.getFunction(name)) return name;
  const { f64x2, i8x16, i32x4, v128 } = m;
  const accumulators = (): Expr => m.local.get(0, b.v128);
  const magic = (): Expr => f64x2.splat(m.f64.const(wideMagic));
  const high = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
  const half = (which: number): Expr => {
    const local = 4 + which;
    const v = (): Expr => m.local.get(local, b.v128);
    const lanes = which ? i8x16.shuffle(accumulators(), accumulators(), high) : accumulators();
    const load = (address: number): Expr => v128.load(which * 16, 16, m.local.get(address, b.i32));
    const offset = form === "plus" ? load(2) : v128.or(v128.and(v(), f64x2.splat(m.f64.const(-0))), load(2));
    return m.block(
      null,
      [
        m.local.set(local, f64x2.mul(f64x2.convert_low_i32x4_s(lanes), load(1))),
        f64x2.add(f64x2.add(v(), offset), magic()),
      ],
      b.v128,
    );
  };
  const words = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
  const body = i32x4.add(i8x16.shuffle(half(0), half(1), words), i32x4.splat(m.local.get(3, b.i32)));
  m.addFunction(name, b.createType([b.v128, b.i32, b.i32, b.i32]), b.v128, [b.v128, b.v128], body);
  return name;
}

/**
 * The name of (x, m, shift: i32) -> i32, TFLite's MultiplyByQuantizedMultiplier with double rounding; see
 * `mulByQuantizedMultiplier`. Multipliers are not negative.
 */
export function doubleFunction(f: Func): string {
  const name = "exact.double";
  const { b, m } = f;
  if (m.getFunction(name)) return name;
  const [x, by, shift] = [0, 1, 2].map((i) => (): Expr => m.local.get(i, b.i32));
  const wide = (): Expr => m.local.get(3, b.i64);
  const high = (): Expr => m.local.get(4, b.i32);
  const right = (): Expr => m.local.get(5, b.i32);
  const i = m.i32;
  const mask = (): Expr => i.sub(i.shl(i.const(1), right()), i.const(1));
  m.addFunction(
    name,
    b.createType([b.i32, b.i32, b.i32]),
    b.i32,
    [b.i64, b.i32, b.i32],
    m.block(
      null,
      [
        m.local.set(
          3,
          m.i64.mul(
            m.i64.extend_s(i.shl(x(), m.select(i.gt_s(shift(), i.const(0)), shift(), i.const(0)))),
            m.i64.extend_s(by()),
          ),
        ),
        m.local.set(5, m.select(i.lt_s(shift(), i.const(0)), i.sub(i.const(0), shift()), i.const(0))),
        m.local.set(
          4,
          i.wrap(
            m.i64.div_s(
              m.i64.add(wide(), m.select(m.i64.ge_s(wide(), long(m, 0)), long(m, 1 << 30), long(m, 1 - (1 << 30)))),
              long(m, 2 ** 31),
            ),
          ),
        ),
        // Halves away from zero: the remainder is compared with half the divisor, one more for negative numbers.
        i.add(
          i.shr_s(high(), right()),
          i.gt_s(i.and(high(), mask()), i.add(i.shr_s(mask(), i.const(1)), i.shr_u(high(), i.const(31)))),
        ),
      ],
      b.i32,
    ),
  );
  return name;
}

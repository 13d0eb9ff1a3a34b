/** Rescaling of 64-bit sums: the rule `q15_single`, which is made for them. */
import type { Rescale } from "../../ir/rescale.ts";
import type { Expr, Func, Local } from "./asm.ts";

/** The name of (sum, multiplier, shift: i64, zero, low, high: i32) -> i32; added to the module at first use. */
function wideFunction(f: Func): string {
  const name = "rescale.q15_single.wide";
  const { b, m } = f;
  if (m.getFunction(name)) return name;
  const l = m.i64;
  const long = (v: number): Expr => l.const(BigInt(v) as never);
  const [sum, a, shift] = [0, 1, 2].map((i) => (): Expr => m.local.get(i, b.i64));
  const [zero, low, high] = [3, 4, 5].map((i) => (): Expr => l.extend_s(m.local.get(i, b.i32)));
  const value = (): Expr => m.local.get(6, b.i64);
  const bound = (test: Expr, to: Expr): Expr => m.local.set(6, m.select(test, to, value()));
  // The multiplier in 16 bits; the largest ones stay at 0x7fff.
  const short = m.select(l.lt_s(a(), long(0x7fff0000)), l.shr_s(l.add(a(), long(1 << 15)), long(16)), long(0x7fff));
  const half = l.shl(long(1), l.sub(long(14), shift()));
  const body = m.block(
    null,
    [
      m.local.set(6, l.shr_s(l.add(l.mul(sum(), short), half), l.sub(long(15), shift()))),
      m.local.set(6, l.add(value(), zero())),
      bound(l.lt_s(value(), low()), low()),
      bound(l.gt_s(value(), high()), high()),
      m.i32.wrap(value()),
    ],
    b.i32,
  );
  m.addFunction(name, b.createType([b.i64, b.i64, b.i64, b.i32, b.i32, b.i32]), b.i32, [b.i64], body);
  return name;
}

/**
 * A 64-bit sum rescaled by `q15_single` and clamped. `constants` is the channel's address in a pack of all multipliers and
 * then all shifts; left out where there is one pair.
 */
export function wideRescale(
  f: Func,
  by: Rescale,
  sum: Expr,
  constants: Local | undefined,
  zero: number,
  [low, high]: readonly [number, number],
): Expr {
  const { m, b } = f;
  const constant = (i: number): Expr =>
    constants
      ? m.i64.load(i * 8 * by.a.length, 1, f.get(constants))
      : m.i64.const(BigInt(i === 0 ? by.a[0] : by.b[0]) as never);
  const limits = [zero, low, high].map((v) => m.i32.const(v));
  return m.call(wideFunction(f), [sum, constant(0), constant(1), ...limits], b.i32);
}
